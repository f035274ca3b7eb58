public import Model

extension Server: StoredKind {
    public static var table: String { "server" }
    public static let statements = ResourceStatements(of: Server.self)
    public static var ownColumns: [String] { ["kind", "desired_state"] }
    public static var references: [StoredReference] { [] }

    public var ownValues: [StoredValue] { [.text(serverKind.rawValue), .text(desiredState.rawValue)] }

    public init(id: ServerID, header: ResourceHeader, state: State, row: any StoredRow, first: Int) throws {
        self.init(
            id: id, header: header, state: state, kind: try row.value(first), desiredState: try row.value(first + 1))
    }

    public static func complete(_ servers: inout [Server], in transaction: any ReadTransaction) throws {
        let attachments = try parts(
            of: servers,
            """
            SELECT server_id, id, slot, boot, name FROM volume WHERE server_id IN \(StoredValue.setExpression)
            ORDER BY server_id, slot
            """, in: transaction
        ) { row in
            Attachment(
                volumeID: try row.id(1), slot: try row.int(2), boot: try row.flag(3), volumeName: try row.text(4))
        }
        for index in servers.indices { servers[index].attachments = attachments[servers[index].id] ?? [] }
    }
}
