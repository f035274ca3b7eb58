public import Model

/// A resource that has a table of its own.
///
/// A row is read and written as: id, the header's columns, the table's own columns, and (read only) expressions over
/// other tables.
public protocol StoredResource: Resource {
    static var table: String { get }
    static var statements: ResourceStatements { get }
    /// Names of the columns that only this table has.
    static var ownColumns: [String] { get }
    /// SQL expressions that are read after the own columns; the row's table is called `this`.
    static var derivedColumns: [String] { get }
    /// The own columns' values, in order.
    var ownValues: [StoredValue] { get }
    /// Reads a row whose own columns begin at `first`.
    init(id: Identifier<Self>, header: ResourceHeader, state: State, row: any StoredRow, first: Int) throws
    /// Reads a row. A requirement, though nobody does it in a way of his own: so that it is compiled for each kind.
    static func decode(_ row: any StoredRow) throws -> Self
    /// Reads what is kept in other tables' rows and does not fit into an expression, for all of them at once.
    static func complete(_ resources: inout [Self], in transaction: any ReadTransaction) throws
}

extension StoredResource {
    public static var derivedColumns: [String] { [] }
    public static func complete(_ resources: inout [Self], in transaction: any ReadTransaction) throws {}

    /// The same for this one.
    public mutating func complete(in transaction: any ReadTransaction) throws {
        var resources = [self]
        try Self.complete(&resources, in: transaction)
        self = resources[0]
    }

    static var columns: [String] { ["id"] + HeaderColumns.names + ownColumns }

    var values: [StoredValue] {
        get throws { [.text(id.rawValue)] + (try HeaderColumns.values(header, state: state.rawValue)) + ownValues }
    }

    /// Rows of another table that belong to some of these, by whose they are.
    ///
    /// - Parameters:
    ///   - sql: selects the owner's id first; `setExpression` in it stands for the ids of all.
    static func parts<Part>(
        of resources: [Self], _ sql: String, in transaction: any ReadTransaction,
        _ decode: (any StoredRow) throws -> Part
    ) throws -> [Identifier<Self>: [Part]] {
        guard !resources.isEmpty else { return [:] }
        let parts = try transaction.rows(sql, [try StoredJSON.list(resources.map(\.id.rawValue))]) { row in
            (owner: try row.id(0, Self.self), part: try decode(row))
        }
        return Dictionary(grouping: parts, by: \.owner).mapValues { $0.map(\.part) }
    }

    public static func decode(_ row: any StoredRow) throws -> Self {
        guard let state = State(rawValue: try row.text(HeaderColumns.stateColumn)) else {
            throw StoreError.malformed("\(table).state: \(try row.text(HeaderColumns.stateColumn))")
        }
        return try Self(
            id: try row.id(0), header: try HeaderColumns.decode(row), state: state, row: row,
            first: 1 + HeaderColumns.names.count)
    }
}

/// The columns that all resource tables have after the id.
enum HeaderColumns {
    static let names = [
        "project_id", "name", "description", "labels", "deletion_protection", "state", "state_since", "create_time",
        "revision", "failure", "operation_id",
    ]
    static let stateColumn = 6

    static func values(_ header: ResourceHeader, state: String) throws -> [StoredValue] {
        [
            .text(header.projectID.rawValue), .text(header.name), .text(header.description),
            .text(try JSONColumn.labels(header.labels)), .flag(header.deletionProtection), .text(state),
            .integer(header.stateSince.millisecondsSinceEpoch), .integer(header.createTime.millisecondsSinceEpoch),
            .integer(header.revision), .optional(try header.failure.map { try JSONColumn.text($0) }),
            .id(header.operationID),
        ]
    }

    static func decode(_ row: any StoredRow) throws -> ResourceHeader {
        let attributes = ResourceAttributes(
            name: try row.text(2), description: try row.text(3), labels: try JSONColumn.labels(try row.text(4)),
            deletionProtection: try row.flag(5))
        var header = ResourceHeader(projectID: try row.id(1), attributes: attributes, at: try row.time(8))
        header.stateSince = try row.time(7)
        header.revision = try row.integer(9)
        header.failure = try row.optionalText(10).map { try JSONColumn.value(Failure.self, $0) }
        header.operationID = try row.optionalID(11)
        return header
    }
}
