internal import Model

/// A list's query, checked and ready to run.
///
/// What decides which index is used stands in `walk`, and all else behind a `+`, which keeps it from being looked up:
/// no statistics, and no filter, make a page sort all rows (`QueryPlanTests` looks at SQLite's own plans).
struct ListPlan {
    /// Rows that one turn looks at, where not all that it looks at fit.
    static let rowsInATurn = 2_048

    let order: ListOrder
    let token: PageToken?
    /// Where in the order's index the rows are.
    private var walk = SQLCondition()
    /// What a row must fulfil besides.
    private var tests = SQLCondition()
    /// Few rows, found by another index: there is nothing to walk.
    private let isNarrow: Bool
    private let identity: String
    private let table: String

    init<Element: Listed>(
        _: Element.Type, _ query: ListQuery, in place: ListPlace, from tokenText: String
    ) throws(Refusal) {
        let fields = Element.listFields
        table = Element.listedTable
        let conditions = try fields.conditions(try Filter(parsing: query.filter))
        let isOneName = conditions.contains { $0.isOneName }
        order = try ListOrder(query.orderBy, fields: fields, isOneName: isOneName)
        identity =
            [place.project.rawValue, query.filter, query.orderBy]
            .joined(separator: "\u{1}") + place.scope.map { "\u{1}\($0.column)=\($0.id)" }.joined()
        token = tokenText.isEmpty ? nil : try PageToken(text: tokenText, of: identity, in: order)
        isNarrow = !place.scope.isEmpty || conditions.contains { $0.isNarrow }
        walk.add("\(isNarrow ? "+" : "")this.project_id = ?", [.text(place.project.rawValue)])
        for scope in place.scope { walk.add("this.\(scope.column) = ?", [.text(scope.id)]) }
        for condition in conditions {
            if condition.isNarrow || order.isServed(by: condition, behind: token) {
                walk.add(condition.sql, condition.arguments)
            } else {
                tests.add("+" + condition.sql, condition.arguments)
            }
        }
        if let token { walk.add(order.isBehind, token.values) }
    }

    /// Where this turn ends; nil: at the end of the list.
    func turnEnd(in transaction: any ReadTransaction) throws -> [StoredValue]? {
        guard !isNarrow, !tests.isEmpty else { return nil }
        return try transaction.rows(
            """
            SELECT \(order.columns.map(\.expression).joined(separator: ", ")) FROM \(table) AS this
            WHERE \(walk.sql) ORDER BY \(order.sql) LIMIT 1 OFFSET ?
            """, walk.arguments + [.integer(Int64(Self.rowsInATurn) - 1)]
        ) { row in
            try order.columns.enumerated().map { index, column -> StoredValue in
                column.isText ? .text(try row.text(index)) : .integer(try row.integer(index))
            }
        }.first
    }

    func condition(until end: [StoredValue]?) -> (sql: String, arguments: [StoredValue]) {
        var condition = walk
        if let end { condition.add(order.isNotBehind, end) }
        condition.add(tests.sql, tests.arguments)
        return (condition.sql, condition.arguments)
    }

    func token(at place: [StoredValue], revision: Int64) throws -> String {
        try PageToken(query: identity, place: place, revision: revision).text()
    }
}

/// Conditions that must all hold.
struct SQLCondition {
    private(set) var sql = ""
    private(set) var arguments: [StoredValue] = []

    var isEmpty: Bool { sql.isEmpty }

    mutating func add(_ condition: String, _ values: [StoredValue]) {
        guard !condition.isEmpty else { return }
        sql += sql.isEmpty ? condition : " AND \(condition)"
        arguments += values
    }
}

/// The order of a list. An index has its columns after the project; the id, the last of them, breaks ties.
struct ListOrder {
    struct Column: Sendable {
        let expression: String
        let isText: Bool

        static let id = Column(expression: "this.id", isText: true)
    }

    let field: String
    let columns: [Column]
    private let descending: Bool

    /// - Parameter isOneName: all rows bear the same name: their order is that of time.
    init(_ text: String, fields: ListFields, isOneName: Bool) throws(Refusal) {
        let words = text.split(separator: " ")
        let named = words.first.map { FilterValue.snakeCase(String($0)) } ?? "create_time"
        descending = words.count == 2 && words[1].lowercased() == "desc"
        guard words.count <= 1 || descending || (words.count == 2 && words[1].lowercased() == "asc"),
            fields.orders[named] != nil
        else {
            let orders = fields.orders.keys.sorted().joined(separator: ", ")
            throw .invalid(field: "order_by", "a list can be ordered by \(orders), with \" desc\" the other way round")
        }
        field = isOneName && named == "name" ? "create_time" : named
        columns = (fields.orders[field] ?? []) + [.id]
    }

    var sql: String { columns.map { $0.expression + (descending ? " DESC" : "") }.joined(separator: ", ") }

    /// Behind a place in this order; its values are the arguments.
    var isBehind: String { compared(descending ? "<" : ">") }
    var isNotBehind: String { compared(descending ? ">=" : "<=") }

    private func compared(_ comparison: String) -> String {
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        return "(\(columns.map(\.expression).joined(separator: ", "))) \(comparison) (\(places))"
    }

    func place(of element: some Listed) -> [StoredValue] { element.orderValues(field) + [.text(element.listID)] }

    /// Whether rows that fulfil the condition lie together in an index that has this order. Where the list goes on at a
    /// place, that is where it begins, and no condition may compete with it.
    func isServed(by condition: ListCondition, behind token: PageToken?) -> Bool {
        if condition.isOneName { return field == "create_time" }
        guard columns.first?.expression == condition.field.expression else { return false }
        switch condition.comparison {
        case .greater, .greaterOrEqual: return descending || token == nil
        case .less, .lessOrEqual: return !descending || token == nil
        case .equal, .notEqual, .contains: return false
        }
    }
}
