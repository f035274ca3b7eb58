public import Model

extension ReadTransaction {
    /// Everything that names layers, and all layers.
    public func spaceRows() throws -> SpaceRows {
        var found = SpaceRows()
        found.layers = try rows("SELECT id, parent_id FROM layer", []) { (try $0.id(0), try $0.optionalID(1)) }
        found.volumes = try rows("SELECT id, project_id, name, create_time, top_layer_id FROM volume", []) { row in
            .init(
                id: try row.id(0), projectID: try row.id(1), name: try row.text(2), createTime: try row.time(3),
                topLayerID: try row.id(4))
        }
        found.snapshots = try rows(
            """
            SELECT id, project_id, name, create_time, volume_id, server_snapshot_id, layer_id FROM volume_snapshot
            """, []
        ) { row in
            .init(
                id: try row.id(0), projectID: try row.id(1), name: try row.text(2), createTime: try row.time(3),
                volumeID: try row.id(4), ownerID: try row.optionalID(5), layerID: try row.id(6))
        }
        found.serverSnapshots = try rows(
            "SELECT id, project_id, name, create_time FROM server_snapshot", []
        ) { row in
            .init(
                id: try row.id(0), projectID: try row.id(1), name: try row.text(2), createTime: try row.time(3))
        }
        found.quarantined = try quarantined()
        return found
    }
}
