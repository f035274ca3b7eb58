public import Engine
public import Model
public import Store

/// Makes the metadata of a backup fit the layers that are there; nothing may run meanwhile, and nothing is started.
///
/// `rebuild` changes the copy of the backup and makes empty layers; until the copy has taken its place nothing else on
/// the disk has changed, so that the old metadata are as good as before. `secure` then freezes and moves files. Both
/// may be repeated, also after a crash in between.
public struct MetadataRestore: Sendable {
    private let store: any MetadataStore
    private let engine: any LayerEngine
    private let clock: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - store: a copy of the backup, its schema up to date.
    ///   - engine: started; no server's process may run.
    public init(
        store: any MetadataStore, engine: any LayerEngine, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.engine = engine
        self.clock = clock
    }

    /// Writes the rows as they must be.
    ///
    /// - Returns: what was decided, for `secure` and for people.
    public func rebuild() async throws -> RestorePlan {
        let rows = try await store.survey { try $0.allRows() }
        var generator = SystemRandomNumberGenerator()
        let inventory = try await engine.inventory()
        // What is there and cannot be read would count as lost.
        if let (layer, cause) = inventory.unread.min(by: { $0.key.rawValue < $1.key.rawValue }) {
            throw EngineError(.unknown, "\(layer) cannot be read: \(cause)")
        }
        let plan = RestorePlan(rows, inventory, at: clock()) { LayerID(random: &generator) }
        try await makeOverlays(plan)
        let now = clock()
        try await store.write { try $0.carryOut(plan, at: now) }
        return plan
    }

    private func makeOverlays(_ plan: RestorePlan) async throws {
        let layers = Dictionary(plan.layers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for overlay in plan.overlays where !overlay.exists {
            var parents: [Layer] = []
            var next = overlay.layer.parentID
            while let id = next, let row = layers[id] {
                parents.insert(Layer(id: row.id, size: row.size), at: 0)
                next = row.parentID
            }
            try await engine.createLayer(Layer(id: overlay.layer.id, size: overlay.layer.size), over: parents)
        }
    }

    /// Freezes every layer that must never be written again, and moves away what is none. To be done once the new
    /// metadata are in their place.
    public func secure(_ plan: RestorePlan) async throws {
        try await engine.freeze(plan.frozen)
        try await engine.setAside(plan.strays, plan.rejectedLayers)
    }
}

extension WriteTransaction {
    fileprivate func carryOut(_ plan: RestorePlan, at now: Timestamp) throws {
        let author = ChangeAuthor(principal: "holdpointd", source: "restore", reason: RestorePlan.reason)
        if let project = try project(Project.defaultName) {
            try skipRevisions(RestorePlan.skippedRevisionCount, project: project.id, by: author, at: now)
        }
        for layer in plan.layers { try put(layer) }
        try carryOut(plan.snapshots, by: author, at: now)
        try carryOut(plan.serverSnapshots, by: author, at: now)
        try carryOut(plan.volumes, by: author, at: now)
        try carryOut(plan.servers, by: author, at: now)
        for var operation in plan.operations { try update(&operation, by: author, at: now) }
        for part in plan.quarantined {
            try quarantine(
                part.layerID, because: .unknownToBackup, origin: part.origin, by: author.principal, at: now)
        }
        for layer in plan.droppedLayers {
            try leaveQuarantine(layer)
            try deleteLayer(layer)
        }
    }

    private func carryOut<Element: StoredResource>(
        _ changes: RestorePlan.ResourceChanges<Element>, by author: ChangeAuthor, at now: Timestamp
    ) throws {
        for resource in changes.removed { try delete(resource, by: author, at: now) }
        for var resource in changes.updated { try update(&resource, by: author, at: now) }
    }
}
