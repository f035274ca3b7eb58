public import Model

extension ServerSnapshot: StoredKind {
    public static var table: String { "server_snapshot" }
    public static let statements = ResourceStatements(of: ServerSnapshot.self)
    public static var ownColumns: [String] {
        ["server_id", "server_name", "server_kind", "consistency", "cut_time"]
    }
    public static var references: [StoredReference] { [] }
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

    public static func complete(
        _ serverSnapshots: inout [ServerSnapshot], in transaction: any ReadTransaction
    ) throws {
        let members = try parts(
            of: serverSnapshots,
            """
            SELECT server_snapshot_id, id, slot FROM volume_snapshot
            WHERE server_snapshot_id IN \(StoredValue.setExpression) ORDER BY server_snapshot_id, slot
            """, in: transaction
        ) { Member(snapshotID: try $0.id(1), slot: try $0.int(2)) }
        for index in serverSnapshots.indices {
            serverSnapshots[index].members = members[serverSnapshots[index].id] ?? []
        }
    }
}
