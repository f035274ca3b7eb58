public import Model

extension ServerSnapshot: StoredResource {
    public static var table: String { "server_snapshot" }
    public static let statements = ResourceStatements(of: ServerSnapshot.self)
    public static var ownColumns: [String] {
        ["server_id", "server_name", "server_kind", "consistency", "cut_time"]
    }
    public static var derivedColumns: [String] {
        ["COALESCE((SELECT name FROM server WHERE id = this.server_id), this.server_name)"]
    }

    public var ownValues: [StoredValue] {
        [
            .text(serverID.rawValue), .text(serverName), .text(serverKind.rawValue), .text(consistency.rawValue),
            .optional(cutTime?.millisecondsSinceEpoch),
        ]
    }

    public init(id: ServerSnapshotID, header: ResourceHeader, state: State, row: any StoredRow, first: Int) throws {
        self.init(
            id: id, header: header, state: state, serverID: try row.id(first), serverName: try row.text(first + 5),
            serverKind: try row.value(first + 2), consistency: try row.value(first + 3),
            cutTime: try row.optionalInteger(first + 4).map { Timestamp(millisecondsSinceEpoch: $0) })
    }

    public mutating func complete(in transaction: any ReadTransaction) throws {
        members = try transaction.rows(
            "SELECT id, slot FROM volume_snapshot WHERE server_snapshot_id = ? ORDER BY slot", [.text(id.rawValue)]
        ) { Member(snapshotID: try $0.id(0), slot: try $0.int(1)) }
    }
}
