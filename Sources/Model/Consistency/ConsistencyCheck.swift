/// Compares what is recorded with what is there: a list of findings, one invariant after the other. Pure.
///
/// What open operations hold is left out: it is on its way. Rows and facts are of different instants, so a finding may
/// be false; one that a second look confirms (`ConsistencyFinding.Subject`) is not.
public struct ConsistencyCheck: Sendable {
    public let rows: MetadataRows
    let facts: StorageFacts
    /// Ids of what open operations change.
    let busy: Set<String>
    /// Layers that come or go: of what is busy or half deleted, and of nothing else.
    let unsettled: Set<LayerID>
    /// Rows of layers that are at rest, in the order of their ids.
    let settledRows: [LayerRecord]
    private let users: LayerUsers

    public init(_ rows: MetadataRows, _ facts: StorageFacts) {
        self.rows = rows
        self.facts = facts
        busy = Self.busyIDs(rows)
        let unsettled = Self.unsettledLayers(rows, busy)
        self.unsettled = unsettled
        settledRows = rows.layers.values.filter { !unsettled.contains($0.id) }.sorted {
            $0.id.rawValue < $1.id.rawValue
        }
        users = LayerUsers(rows)
    }

    /// Everything that is not as it should be, in the order of the invariants.
    public func findings() -> [ConsistencyFinding] {
        Self.invariants.flatMap { $0(self)() }
    }

    /// One line an invariant.
    private static let invariants: [@Sendable (ConsistencyCheck) -> () -> [ConsistencyFinding]] = [
        { $0.requestsHaveTheirAnswer },
        { $0.layersAreThere },
        { $0.layersAreWhole },
        { $0.layersCanBeRead },
        { $0.frozenLayersAreAsTheyWere },
        { $0.filesAreKnown },
        { $0.parentsAreTheHeaders },
        { $0.layersFormTrees },
        { $0.depthsAreRight },
        { $0.layersHaveTheirSize },
        { $0.frozenLayersBearTheMark },
        { $0.nothingRestsOnWhatIsWritten },
        { $0.volumesHaveAnActiveLayer },
        { $0.snapshotsHaveAFrozenLayer },
        { $0.membersAreOfOneCut },
        { $0.transitionsHaveAnOperation },
        { $0.runningServersServe },
        { $0.volumesHaveOneWriter },
        { $0.processesAreWanted },
        { $0.layersAreHeldByTheirServers },
        { $0.foldersAreOurs },
        { $0.resourcesAreWell },
        { $0.operationsGoOn },
    ]

    /// Layers that may be looked into, those below first: at rest, with nothing found of them or of what they rest on,
    /// and written by nobody: frozen, or open nowhere.
    public func provableLayers(besides findings: [ConsistencyFinding]) -> [LayerID] {
        var wrong = Set(findings.filter { $0.reason != .unknownReader }.map(\.id))
        return rows.layers.values.sorted { ($0.depth, $0.id.rawValue) < ($1.depth, $1.id.rawValue) }.compactMap { row in
            if let parent = row.parentID, wrong.contains(parent.rawValue) { wrong.insert(row.id.rawValue) }
            guard !wrong.contains(row.id.rawValue), !unsettled.contains(row.id),
                let facts = facts.inventory.layers[row.id], !facts.isWritable || facts.isOpen == false
            else { return nil }
            return row.id
        }
    }

    /// A layer behind all that it rests on.
    public func chain(to layer: LayerID) -> [LayerRecord] {
        rows.ancestry(of: layer).reversed().compactMap { rows.layers[$0] }
    }

    /// By what a layer's file is known to be the one that was looked at; nil: it cannot be known.
    public func stamp(of layer: LayerID) -> LayerStamp? { facts.inventory.layers[layer]?.stamp }

    /// What is said of a layer that a look inside found damaged.
    public func damaged(_ layer: LayerID, _ cause: String) -> ConsistencyFinding {
        finding(.layerDamaged, layer, "is damaged: \(cause). \(Self.restoreAdvice)")
    }

    // MARK: What is left out

    private static func busyIDs(_ rows: MetadataRows) -> Set<String> {
        let open = Set(rows.openOperations.map(\.id))
        func held<Held: Resource>(_ resources: [Held]) -> [String] {
            resources.filter { $0.header.operationID.map(open.contains) ?? false }.map(\.id.rawValue)
        }
        return Set(
            held(rows.servers) + held(rows.volumes) + held(rows.snapshots) + held(rows.serverSnapshots)
                + rows.openOperations.flatMap(\.targetIDs))
    }

    private static func unsettledLayers(_ rows: MetadataRows, _ busy: Set<String>) -> Set<LayerID> {
        let volumes = Dictionary(grouping: rows.volumes) {
            busy.contains($0.id.rawValue) || $0.state == .errorDeleting
        }
        let snapshots = Dictionary(grouping: rows.snapshots) {
            busy.contains($0.id.rawValue) || $0.state == .errorDeleting
        }
        func tops(_ isUnsettled: Bool) -> [LayerID] {
            (volumes[isUnsettled] ?? []).map(\.topLayerID) + (snapshots[isUnsettled] ?? []).map(\.layerID)
        }
        // What was abandoned had begun to be deleted.
        let quarantined = Dictionary(grouping: rows.quarantined) { $0.reason == .abandoned }
        func layers(_ isUnsettled: Bool) -> [LayerID] {
            tops(isUnsettled) + (quarantined[isUnsettled] ?? []).map(\.layerID)
        }
        let settled = rows.ancestry(of: layers(false))
        let passing = rows.layers.values.filter { $0.state != .active && $0.state != .frozen }.map(\.id)
        return rows.ancestry(of: layers(true)).subtracting(settled).union(passing)
    }

    // MARK: Words

    static var restoreAdvice: String { "Restore what needs it from a copy elsewhere, or delete what needs it" }

    func finding(_ reason: ConsistencyFinding.Reason, _ layer: LayerID, _ message: String) -> ConsistencyFinding {
        ConsistencyFinding(
            reason, kind: ResourceKind.layer.rawValue, id: layer.rawValue,
            "layer \(layer) \(message) (needed by \(users.words(of: layer)))")
    }

    /// Layers that are at rest, with what their file says; absent ones are left out.
    var settledLayers: [(row: LayerRecord, facts: LayerFacts)] {
        settledRows.compactMap { row in facts.inventory.layers[row.id].map { (row, $0) } }
    }

    func isIdle(_ resource: some Resource) -> Bool { !busy.contains(resource.id.rawValue) }
}
