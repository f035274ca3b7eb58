public import Model

extension Server: StoredResource {
    public static var table: String { "server" }
    public static let statements = ResourceStatements(of: Server.self)
    public static var ownColumns: [String] { ["kind", "desired_state"] }

    public var ownValues: [StoredValue] { [.text(serverKind.rawValue), .text(desiredState.rawValue)] }

    public init(id: ServerID, header: ResourceHeader, state: State, row: any StoredRow, first: Int) throws {
        self.init(
            id: id, header: header, state: state, kind: try row.value(first), desiredState: try row.value(first + 1))
    }

    public mutating func complete(in transaction: any ReadTransaction) throws {
        attachments = try transaction.rows(
            "SELECT id, slot, boot FROM volume WHERE server_id = ? ORDER BY slot", [.text(id.rawValue)]
        ) { Attachment(volumeID: try $0.id(0), slot: try $0.int(1), boot: try $0.flag(2)) }
    }
}
