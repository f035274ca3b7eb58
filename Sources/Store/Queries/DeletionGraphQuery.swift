public import Model

extension ReadTransaction {
    /// Loads everything that hangs together with a resource that somebody wants to delete: a statement for each kind
    /// of thing, not for each thing.
    ///
    /// - Throws: `VOLUME_HAS_SNAPSHOTS` if it is more than any plan may be about.
    public func deletionGraph(
        for target: DeletionTarget, _ scope: DeletionScope = DeletionScope()
    ) throws -> DeletionGraph {
        var loading = GraphLoading(target: target, transaction: self)
        switch target {
        case .volume(let id): try loading.load(id)
        case .snapshot(let id): try loading.load(id)
        case .serverSnapshot(let id): try loading.load([id])
        case .server(let id): try loading.load(id, scope)
        }
        return loading.graph
    }

    /// How many snapshots hang on what somebody wants to delete, counted up to a limit.
    public func snapshotCount(
        hangingOn target: DeletionTarget, _ scope: DeletionScope, atMost limit: Int
    ) throws -> Int {
        let (condition, id): (String, String)
        switch target {
        case .volume(let volume): (condition, id) = ("volume_id = ?", volume.rawValue)
        case .server(let server) where scope.deletesVolumes:
            (condition, id) = ("volume_id IN (SELECT id FROM volume WHERE server_id = ?)", server.rawValue)
        // No more than a server's slots.
        case .server, .snapshot, .serverSnapshot: return 0
        }
        return try rows(
            "SELECT COUNT(*) FROM (SELECT 1 FROM volume_snapshot WHERE \(condition) LIMIT ?)",
            [.text(id), .integer(Int64(limit))]
        ) { try $0.int(0) }.first ?? 0
    }

    /// Looks at what was changed after a revision: whether it is in a graph, or would be if that were loaded again.
    ///
    /// Every change of a resource is an event, and whatever comes to hang on a resource is one of a kind that names it.
    /// - Parameter limit: changes that are looked at.
    /// - Returns: the revision up to which the graph is as it was; nil: it is not.
    public func confirmed(_ graph: DeletionGraph, since revision: Int64, limit: Int) throws -> Int64? {
        let changes = try rows(
            "SELECT sequence, kind, resource_id, action FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?",
            [.integer(revision), .integer(Int64(limit))]
        ) { (sequence: try $0.integer(0), kind: try $0.text(1), id: try $0.text(2), action: try $0.text(3)) }
        for change in changes {
            guard change.action != EventAction.skipped.rawValue, !graph.holds(change.id),
                try !hangs(change.id, ofKind: change.kind, on: graph)
            else { return nil }
        }
        return changes.last?.sequence ?? revision
    }

    private func hangs(_ id: String, ofKind kind: String, on graph: DeletionGraph) throws -> Bool {
        let column: String
        switch ResourceKind(rawValue: kind) {
        case .snapshot: column = "volume_id, server_snapshot_id FROM volume_snapshot"
        case .volume: column = "server_id, NULL FROM volume"
        default: return false
        }
        let named = try rows("SELECT \(column) WHERE id = ?", [.text(id)]) {
            [try $0.optionalText(0), try $0.optionalText(1)]
        }
        return named.joined().compactMap { $0 }.contains(where: graph.holds)
    }
}

/// A graph while it is loaded.
private struct GraphLoading {
    let target: DeletionTarget
    let transaction: any ReadTransaction
    var graph = DeletionGraph()

    init(target: DeletionTarget, transaction: any ReadTransaction) {
        self.target = target
        self.transaction = transaction
    }

    mutating func load(_ id: VolumeID) throws {
        guard let volume: Volume = try transaction.get(id) else { return }
        graph.volumes[id] = volume
        if let serverID = volume.placement?.serverID { graph.servers[serverID] = try transaction.get(serverID) }
        try loadSnapshots(of: [id])
    }

    mutating func load(_ id: ServerID, _ scope: DeletionScope) throws {
        guard let server: Server = try transaction.get(id) else { return }
        graph.servers[id] = server
        let volumes = try transaction.volumes(of: id)
        for volume in volumes { graph.volumes[volume.id] = volume }
        if scope.deletesVolumes { try loadSnapshots(of: volumes.map(\.id)) }
    }

    mutating func load(_ id: SnapshotID) throws {
        guard let snapshot: VolumeSnapshot = try transaction.get(id) else { return }
        graph.snapshots[id] = snapshot
        if let owner = snapshot.serverSnapshotID { try load([owner]) }
    }

    /// With the server snapshots that own some of them, and all that these own.
    private mutating func loadSnapshots(of volumes: [VolumeID]) throws {
        let ids = try StoredJSON.list(volumes.map(\.rawValue))
        try addSnapshots(
            where: "this.volume_id IN (SELECT value FROM json_each(?)) AND this.server_snapshot_id IS NULL", ids,
            atMost: DeletionPlan.largestStepCount)
        let owners: [ServerSnapshotID] = try transaction.rows(
            """
            SELECT DISTINCT server_snapshot_id FROM volume_snapshot
            WHERE volume_id IN (SELECT value FROM json_each(?)) AND server_snapshot_id IS NOT NULL LIMIT ?
            """, [ids, .integer(Int64(DeletionPlan.largestStepCount + 1))]
        ) { try $0.id(0) }
        try requireRoom(for: owners.count, atMost: DeletionPlan.largestStepCount)
        try load(owners)
    }

    mutating func load(_ owners: [ServerSnapshotID]) throws {
        guard !owners.isEmpty else { return }
        let ids = try StoredJSON.list(owners.map(\.rawValue))
        // Their members are among the snapshots, where the rules look for them.
        let found: [ServerSnapshot] = try transaction.rows(
            "\(ServerSnapshot.statements.select) WHERE this.id IN (SELECT value FROM json_each(?))", [ids],
            ServerSnapshot.decode)
        for owner in found { graph.serverSnapshots[owner.id] = owner }
        try addSnapshots(
            where: "this.server_snapshot_id IN (SELECT value FROM json_each(?))", ids,
            atMost: DeletionPlan.largestSnapshotCount)
    }

    private mutating func addSnapshots(where condition: String, _ ids: StoredValue, atMost limit: Int) throws {
        let found: [VolumeSnapshot] = try transaction.rows(
            "\(VolumeSnapshot.statements.select) WHERE \(condition) LIMIT ?",
            [ids, .integer(Int64(limit + 1))], VolumeSnapshot.decode)
        try requireRoom(for: found.count, atMost: limit)
        for snapshot in found { graph.snapshots[snapshot.id] = snapshot }
    }

    private func requireRoom(for count: Int, atMost limit: Int) throws {
        guard count <= limit else { throw Refusal.planTooLarge(target) }
    }
}

extension ReadTransaction {
    /// Resources that an operation has made busy.
    public func held<Element: StoredResource>(by operation: OperationID) throws -> [Element] {
        try select("this.operation_id = ?", [.text(operation.rawValue)])
    }

    /// A server snapshot's members, in the order of the slots.
    public func members(of serverSnapshot: ServerSnapshotID) throws -> [VolumeSnapshot] {
        try select("this.server_snapshot_id = ?", [.text(serverSnapshot.rawValue)], order: "this.slot, this.id")
    }

    /// A server's volumes, in the order of the slots.
    public func volumes(of server: ServerID) throws -> [Volume] {
        try select("this.server_id = ?", [.text(server.rawValue)], order: "this.slot")
    }

    /// Servers whose volumes should be served, and that no deletion or creation is about.
    public func serversThatShouldRun() throws -> [Server] {
        try select("this.desired_state = 'RUNNING' AND this.state IN ('RUNNING', 'ERROR')", [])
    }
}
