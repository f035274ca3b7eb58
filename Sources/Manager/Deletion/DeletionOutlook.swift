internal import Model
internal import Store

/// What deleting something takes, as it was found beside the writer.
///
/// Decided here (2026-11): a plan of thousands of steps takes a second, and the one writer has no second. So a plan is
/// made in a read transaction, and the writer only proves that nothing of it has changed since: every change is an
/// event, and those after the plan's revision are few. Rejected: revisions of all rows compared in the writer, which
/// costs what loading them costs.
struct DeletionOutlook: Sendable {
    let graph: DeletionGraph
    let tree: LayerTree
    let plan: DeletionPlan
    /// Up to this one nothing of the graph has changed.
    var revision: Int64
}

/// Something of it has changed: it must be made again.
struct OutlookPassed: Error {}

extension ResourceManager {
    /// Looks at what deleting a resource takes, connected clients included.
    func outlook(on reference: String, _ scope: DeletionScope, _ call: Call) async throws -> DeletionOutlook {
        let outlook = try await read(call) { [kinds] transaction, project in
            let target = try transaction.resolveAny(reference, in: project, of: kinds.stored)
            return try transaction.outlook(on: target, scope, [:], kinds)
        }
        let attached = outlook.graph.all(Volume.self).filter { $0.placement != nil }
        let clients = try await scope.cutsOffClients ? [:] : clients(of: attached, call)
        return try clients.isEmpty ? outlook : outlook.seeing(clients, scope)
    }

    /// Names everything that is in the way of a deletion, where that is much, beside the writer.
    func refusal(_ long: LongRefusal, _ call: Call) async throws -> Refusal {
        let refusal = try await readSystem(call) { [kinds] transaction in
            try transaction.outlook(on: long.target, long.scope, long.clients, kinds).plan.refusal(name: long.name)
        }
        // It was in the way a moment ago.
        return refusal ?? Refusal(.resourceBusy, "\(long.target.kind.words) \(long.name) changes just now; try again")
    }
}

/// A deletion has so much in its way that naming it would hold up the writer.
struct LongRefusal: Error {
    static let smallestSnapshotCount = 100

    let target: ResourceKey
    let name: String
    let scope: DeletionScope
    let clients: [VolumeID: ConnectedClients]
}

extension DeletionOutlook {
    /// The same with clients that are connected.
    func seeing(_ clients: [VolumeID: ConnectedClients], _ scope: DeletionScope) throws -> DeletionOutlook {
        var graph = graph
        graph.clients = clients
        let plan = try DeletionPlan(deleting: plan.target, scope, in: graph)
        return DeletionOutlook(graph: graph, tree: tree, plan: plan, revision: revision)
    }
}

extension ReadTransaction {
    /// What deleting a resource takes, as it is now.
    func outlook(
        on target: ResourceKey, _ scope: DeletionScope, _ clients: [VolumeID: ConnectedClients], _ kinds: ManagedKinds
    ) throws -> DeletionOutlook {
        var graph = try deletionGraph(for: target, scope, of: kinds.stored)
        graph.clients = clients
        return DeletionOutlook(
            graph: graph, tree: try layerTree(below: graph.layers),
            plan: try DeletionPlan(deleting: target, scope, in: graph), revision: try lastSequence())
    }
}

extension WriteTransaction {
    /// Changes since a plan was made that the writer looks at; after more of them it is made again.
    private var largestChangeCount: Int { 2_000 }

    /// - Throws: `OutlookPassed` if something of it has changed.
    func requireStill(_ outlook: DeletionOutlook, of kinds: StoredKinds) throws {
        let confirmed = try confirmed(
            outlook.graph, since: outlook.revision, of: kinds, limit: largestChangeCount)
        guard let confirmed, try confirmed == lastSequence() else { throw OutlookPassed() }
    }
}

/// A plan whose execution can be accepted at once.
struct AcceptablePlan: Sendable {
    let outlook: DeletionOutlook
    let saga: PreparedSaga
    let targets: [String]
    /// What is made busy in the transaction that accepts it.
    let heldAtOnce: [any ResourceWork]

    /// - Parameter method: the one by which it is asked for.
    init(_ outlook: DeletionOutlook, _ scope: DeletionScope, method: String, _ catalog: SagaCatalog) throws {
        self.outlook = outlook
        let parts = try outlook.works(of: catalog.tools.kinds, force: scope.cutsOffClients)
        let isLong = parts.reduce(0) { $0 + $1.resourceCount } > catalog.tools.turnResourceCount
        let hold = SnapshotHold(revision: outlook.revision, method: method)
        saga = try PreparedSaga(ExecutePlanSaga(parts: parts.map(PlannedWork.init), hold: isLong ? hold : nil), catalog)
        targets = ([outlook.plan.target.id] + outlook.plan.steps.map(\.id)).withoutRepeats()
        heldAtOnce = isLong ? parts.filter { !$0.isHeldInTurns } : parts
    }
}

extension WriteTransaction {
    /// Accepts a plan's execution. Everything in it is busy from here on; of a long one the snapshots follow in turns.
    func accept(_ plan: AcceptablePlan, _ context: inout ChangeContext) throws -> Operation {
        let operation = try context.accept(plan.saga, targets: plan.targets, in: self)
        // What a later part marks as deleted stays so.
        for part in plan.heldAtOnce { try part.begin(in: self, by: operation, at: context.now) }
        return operation
    }
}
extension DeletionOutlook {
    /// What executing the plan's steps does. Pure.
    func works(of kinds: ManagedKinds, force: Bool) throws -> [any ResourceWork] {
        let freed = plan.freedLayers(in: graph, tree)
        return try plan.steps.map { step in
            guard let work = work(of: step, kinds, FreedLayers(ids: freed[step.id] ?? []), force) else {
                throw StoreError.malformed("a plan's step that nothing can do: \(step.action.rawValue) \(step.id)")
            }
            return work
        }
    }

    /// What deleting the target alone does.
    func deletion(of kinds: ManagedKinds, force: Bool) throws -> any ResourceWork {
        let works = try works(of: kinds, force: force)
        let own = zip(plan.steps, works).first { $0.0.action == .delete && $0.0.id == plan.target.id }
        guard let own else { throw StoreError.malformed("a plan without its target \(plan.target.id)") }
        return own.1
    }

    private func work(
        of step: DeletionPlan.Step, _ kinds: ManagedKinds, _ freed: FreedLayers, _ force: Bool
    ) -> (any ResourceWork)? {
        switch step.action {
        case .detach:
            let id = VolumeID(stored: step.id)
            return (graph.get(id) as Volume?)?.placement.map { VolumeDetachment(id: id, place: $0, force: force) }
        case .stop:
            let id = ServerID(stored: step.id)
            return ServerStop(id: id, volumes: graph.volumes(of: id), force: force)
        case .delete: return kinds.kind(step.kind)?.deletion(step, in: graph, freeing: freed, force: force)
        case .suspend: return nil
        }
    }
}
