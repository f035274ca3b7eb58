public import Model

extension ReadTransaction {
    /// Layers and all that they rest on, with what needs each: one statement, however many there are.
    public func layerTree(below layers: [LayerID]) throws -> LayerTree {
        guard !layers.isEmpty else { return LayerTree([:]) }
        let nodes: [(LayerID, LayerTree.Node)] = try rows(
            """
            WITH RECURSIVE below(id, parent_id) AS (
                SELECT id, parent_id FROM layer WHERE id IN (SELECT value FROM json_each(?))
                UNION
                SELECT layer.id, layer.parent_id FROM below JOIN layer ON layer.id = below.parent_id
            )
            SELECT id, parent_id, (SELECT COUNT(*) FROM layer WHERE parent_id = below.id),
                (SELECT COUNT(*) FROM volume_snapshot WHERE layer_id = below.id)
                + (SELECT COUNT(*) FROM volume WHERE top_layer_id = below.id)
                + (SELECT COUNT(*) FROM quarantine WHERE layer_id = below.id)
            FROM below
            """, [try StoredJSON.list(layers.map(\.rawValue))]
        ) { row in
            let node = LayerTree.Node(
                parentID: try row.optionalID(1), childCount: try row.int(2), userCount: try row.int(3))
            return (try row.id(0), node)
        }
        return LayerTree(Dictionary(nodes, uniquingKeysWith: { first, _ in first }))
    }

    /// Those of some layers that nothing else rests on.
    ///
    /// - Parameter ids: children before what they rest on, as is the result.
    public func layersThatCanGo(_ ids: [LayerID]) throws -> [LayerID] {
        guard !ids.isEmpty else { return [] }
        let children: [(parent: LayerID, id: LayerID)] = try rows(
            "SELECT parent_id, id FROM layer WHERE parent_id IN (SELECT value FROM json_each(?))",
            [try StoredJSON.list(ids.map(\.rawValue))]
        ) { (try $0.id(0), try $0.id(1)) }
        let childrenOf = Dictionary(grouping: children, by: \.parent)
        var gone: Set<LayerID> = []
        return ids.filter { id in
            guard childrenOf[id, default: []].allSatisfy({ gone.contains($0.id) }) else { return false }
            return gone.insert(id).inserted
        }
    }
}

extension WriteTransaction {
    /// Forgets layers of which none is needed but by another of them, in one statement.
    public func deleteLayers(_ ids: [LayerID]) throws {
        guard !ids.isEmpty else { return }
        try execute(
            "DELETE FROM layer WHERE id IN (SELECT value FROM json_each(?))",
            [try StoredJSON.list(ids.map(\.rawValue))])
    }
}
