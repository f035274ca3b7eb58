public import Model

extension VolumeSnapshot: StoredKind {
    public static var table: String { "volume_snapshot" }
    public static let statements = ResourceStatements(of: VolumeSnapshot.self)
    public static var ownColumns: [String] {
        ["volume_id", "server_snapshot_id", "size_bytes", "layer_id", "consistency", "cut_time", "slot"]
    }
    public static var references: [StoredReference] {
        [.init(.hangsOn, .volume, "volume_id"), .init(.goesWith, .serverSnapshot, "server_snapshot_id")]
    }
    public static var derivedColumns: [String] {
        [
            "(SELECT name FROM volume WHERE id = this.volume_id)",
            "COALESCE((SELECT name FROM server_snapshot WHERE id = this.server_snapshot_id), '')",
        ]
    }

    public var ownValues: [StoredValue] {
        [
            .text(volumeID.rawValue), .id(serverSnapshotID), .integer(size.bytes), .text(layerID.rawValue),
            .text(consistency.rawValue), .optional(cutTime?.millisecondsSinceEpoch), .optional(slot.map(Int64.init)),
        ]
    }

    public init(id: SnapshotID, header: ResourceHeader, state: State, row: any StoredRow, first: Int) throws {
        self.init(
            id: id, header: header, state: state, volumeID: try row.id(first), volumeName: try row.text(first + 7),
            serverSnapshotID: try row.optionalID(first + 1), size: try row.bytes(first + 2),
            layerID: try row.id(first + 3), consistency: try row.value(first + 4),
            cutTime: try row.optionalInteger(first + 5).map { Timestamp(millisecondsSinceEpoch: $0) },
            slot: try row.optionalInteger(first + 6).map { Int($0) })
        serverSnapshotName = try row.text(first + 8)
    }
}
