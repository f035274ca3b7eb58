public import Model

extension Volume: StoredKind {
    public static var table: String { "volume" }
    public static let statements = ResourceStatements(of: Volume.self)
    public static var ownColumns: [String] {
        [
            "size_bytes", "server_id", "slot", "boot", "source_snapshot_id", "top_layer_id", "writer_was_killed",
            "served_layer_id", "served_version",
        ]
    }
    public static var references: [StoredReference] { [.init(.isAttachedTo, .server, "server_id")] }
    public static var derivedColumns: [String] {
        [
            "(SELECT COUNT(*) FROM volume_snapshot WHERE volume_id = this.id)",
            "(SELECT name FROM server WHERE id = this.server_id)",
        ]
    }

    public var ownValues: [StoredValue] {
        [
            .integer(size.bytes), .id(placement?.serverID), .optional(placement.map { Int64($0.slot) }),
            .flag(placement?.boot ?? false), .id(sourceSnapshotID), .text(topLayerID.rawValue),
            .flag(writerWasKilled), .id(servedLayer?.layerID), .optional(servedLayer?.version),
        ]
    }

    public init(id: VolumeID, header: ResourceHeader, state: State, row: any StoredRow, first: Int) throws {
        self.init(
            id: id, header: header, state: state, size: try row.bytes(first), topLayerID: try row.id(first + 5))
        if let serverID = try row.optionalID(first + 1, Server.self) {
            placement = Placement(serverID: serverID, slot: try row.int(first + 2), boot: try row.flag(first + 3))
        }
        sourceSnapshotID = try row.optionalID(first + 4)
        writerWasKilled = try row.flag(first + 6)
        if let layerID: LayerID = try row.optionalID(first + 7), let version = try row.optionalInteger(first + 8) {
            servedLayer = ServedLayer(layerID: layerID, version: version)
        }
        snapshotCount = try row.int(first + 9)
        serverName = try row.optionalText(first + 10) ?? ""
    }
}
