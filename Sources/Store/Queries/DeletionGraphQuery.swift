public import Model

extension ReadTransaction {
    /// Loads everything that hangs together with a resource that somebody wants to delete.
    public func deletionGraph(
        for target: DeletionTarget, _ scope: DeletionScope = DeletionScope()
    ) throws -> DeletionGraph {
        var graph = DeletionGraph()
        switch target {
        case .volume(let id): try load(id, into: &graph)
        case .snapshot(let id): try load(id, into: &graph)
        case .serverSnapshot(let id): try load(id, into: &graph)
        case .server(let id): try load(id, scope, into: &graph)
        }
        return graph
    }

    private func load(_ id: VolumeID, into graph: inout DeletionGraph) throws {
        guard let volume: Volume = try get(id) else { return }
        graph.volumes[id] = volume
        if let serverID = volume.placement?.serverID { graph.servers[serverID] = try get(serverID) }
        for snapshot in try snapshots(of: id) { try load(snapshot.id, into: &graph) }
    }

    private func load(_ id: SnapshotID, into graph: inout DeletionGraph) throws {
        guard graph.snapshots[id] == nil, let snapshot: VolumeSnapshot = try get(id) else { return }
        graph.snapshots[id] = snapshot
        if let owner = snapshot.serverSnapshotID { try load(owner, into: &graph) }
    }

    private func load(_ id: ServerSnapshotID, into graph: inout DeletionGraph) throws {
        guard graph.serverSnapshots[id] == nil, let serverSnapshot: ServerSnapshot = try get(id) else { return }
        graph.serverSnapshots[id] = serverSnapshot
        for member in try members(of: id) { graph.snapshots[member.id] = member }
    }

    private func load(_ id: ServerID, _ scope: DeletionScope, into graph: inout DeletionGraph) throws {
        guard let server: Server = try get(id) else { return }
        graph.servers[id] = server
        for volume in try volumes(of: id) {
            graph.volumes[volume.id] = volume
            if scope.deletesVolumes { try load(volume.id, into: &graph) }
        }
    }

    /// Resources that an operation has made busy.
    public func held<Element: StoredResource>(by operation: OperationID) throws -> [Element] {
        try select("this.operation_id = ?", [.text(operation.rawValue)])
    }

    public func snapshots(of volume: VolumeID) throws -> [VolumeSnapshot] {
        try select("this.volume_id = ?", [.text(volume.rawValue)])
    }

    /// A server snapshot's members, in the order of the slots.
    public func members(of serverSnapshot: ServerSnapshotID) throws -> [VolumeSnapshot] {
        try select("this.server_snapshot_id = ?", [.text(serverSnapshot.rawValue)], order: "this.slot, this.id")
    }

    /// A server's volumes, in the order of the slots.
    public func volumes(of server: ServerID) throws -> [Volume] {
        try select("this.server_id = ?", [.text(server.rawValue)], order: "this.slot")
    }

    /// Layers that would be dead if these snapshots and volumes were gone, with those that they rest on.
    public func layersFreed(byDeleting resources: [String]) throws -> [LayerID] {
        guard !resources.isEmpty else { return [] }
        let places = resources.map { _ in "?" }.joined(separator: ", ")
        let ids = resources.map { StoredValue.text($0) }
        let candidates: [(id: LayerID, parent: LayerID?)] = try rows(
            """
            WITH RECURSIVE below(id, parent_id, depth) AS (
                SELECT id, parent_id, depth FROM layer WHERE id IN (
                    SELECT layer_id FROM volume_snapshot WHERE id IN (\(places))
                    UNION SELECT top_layer_id FROM volume WHERE id IN (\(places)))
                UNION
                SELECT layer.id, layer.parent_id, layer.depth FROM layer JOIN below ON layer.id = below.parent_id
            )
            SELECT id, parent_id FROM below ORDER BY depth DESC
            """, ids + ids
        ) { (try $0.id(0), try $0.optionalID(1)) }
        var freed: Set<LayerID> = []
        var result: [LayerID] = []
        for candidate in candidates where try !isNeeded(candidate.id, besides: ids, places, freed) {
            freed.insert(candidate.id)
            result.append(candidate.id)
        }
        return result
    }

    /// Those of some layers that nothing else rests on.
    ///
    /// - Parameter ids: children before what they rest on, as is the result.
    public func layersThatCanGo(_ ids: [LayerID]) throws -> [LayerID] {
        var gone: [LayerID] = []
        for id in ids {
            let children: [LayerID] = try rows(
                "SELECT id FROM layer WHERE parent_id = ?", [.text(id.rawValue)]
            ) { try $0.id(0) }
            if children.allSatisfy(gone.contains) { gone.append(id) }
        }
        return gone
    }

    private func isNeeded(
        _ layer: LayerID, besides resources: [StoredValue], _ places: String, _ freed: Set<LayerID>
    ) throws -> Bool {
        let id = StoredValue.text(layer.rawValue)
        let users =
            try rows(
                """
                SELECT (SELECT COUNT(*) FROM volume_snapshot WHERE layer_id = ? AND id NOT IN (\(places)))
                    + (SELECT COUNT(*) FROM volume WHERE top_layer_id = ? AND id NOT IN (\(places)))
                    + (SELECT COUNT(*) FROM quarantine WHERE layer_id = ?)
                """, [id] + resources + [id] + resources + [id]
            ) { try $0.int(0) }.first ?? 0
        guard users == 0 else { return true }
        let children: [LayerID] = try rows("SELECT id FROM layer WHERE parent_id = ?", [id]) { try $0.id(0) }
        return children.contains { !freed.contains($0) }
    }
}

extension ReadTransaction {
    /// Servers whose volumes should be served, and that no deletion or creation is about.
    public func serversThatShouldRun() throws -> [Server] {
        try select("this.desired_state = 'RUNNING' AND this.state IN ('RUNNING', 'ERROR')", [])
    }
}
