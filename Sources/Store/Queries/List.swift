public import Model

/// Narrows a list to what hangs on one resource.
public struct ListScope: Sendable, Hashable {
    let column: String
    let id: String

    public static func server(_ id: ServerID) -> ListScope { ListScope(column: "server_id", id: id.rawValue) }
    public static func volume(_ id: VolumeID) -> ListScope { ListScope(column: "volume_id", id: id.rawValue) }
    public static func serverSnapshot(_ id: ServerSnapshotID) -> ListScope {
        ListScope(column: "server_snapshot_id", id: id.rawValue)
    }
}

/// A kind that can be listed.
public protocol Listed: Sendable {
    static func page(_ plan: ListPlan, in transaction: any ReadTransaction) throws -> [Self]
    /// The value of an order's field, for the token of the next page.
    func orderValue(_ field: String) -> StoredValue
    var listID: String { get }
    /// About how large it is in an answer.
    var approximateByteCount: Int { get }
}

/// A list's query, checked and ready to run.
public struct ListPlan {
    let condition: String
    let arguments: [StoredValue]
    let order: String
    let limit: Int
}

extension ReadTransaction {
    /// One page of the resources of a kind in a project.
    ///
    /// - Throws: `Refusal` with `INVALID_ARGUMENT` for a filter, order or token that does not fit.
    public func list<Element: Listed>(
        _: Element.Type, _ query: ListQuery, in project: ProjectID, scope: [ListScope] = []
    ) throws -> Page<Element> {
        let fields = try listFields(Element.self)
        let order = try ListOrder(query.orderBy, fields: fields)
        let identity =
            [project.rawValue, query.filter, query.orderBy]
            .joined(separator: "\u{1}") + scope.map { "\u{1}\($0.column)=\($0.id)" }.joined()
        let token = try token(query, identity)
        var (condition, arguments) = try fields.condition(try Filter(parsing: query.filter))
        condition = "this.project_id = ? AND \(condition)"
        arguments.insert(.text(project.rawValue), at: 0)
        for scope in scope {
            condition += " AND this.\(scope.column) = ?"
            arguments.append(.text(scope.id))
        }
        if let token {
            condition += " AND (\(order.expression), this.id) \(order.descending ? "<" : ">") (?, ?)"
            arguments += [token.lastValue, .text(token.lastID)]
        }
        let plan = ListPlan(
            condition: condition, arguments: arguments, order: order.sql, limit: query.pageSize + 1)
        return try page(
            try Element.page(plan, in: self), size: query.pageSize, order: order, identity: identity,
            revision: try token?.revision ?? lastSequence())
    }

    private func token(_ query: ListQuery, _ identity: String) throws -> PageToken? {
        guard !query.pageToken.isEmpty else { return nil }
        guard let token = PageToken(text: query.pageToken), token.query == identity else {
            throw Refusal.invalid(
                field: "page_token", "this page token belongs to another list: use it with its own filter and order")
        }
        return token
    }

    private func page<Element: Listed>(
        _ found: [Element], size: Int, order: ListOrder, identity: String, revision: Int64
    ) throws -> Page<Element> {
        var byteCount = 0
        let fitting = found.prefix(size).prefix { element in
            defer { byteCount += element.approximateByteCount }
            return byteCount == 0 || byteCount + element.approximateByteCount <= ListQuery.largestPageByteCount
        }
        guard fitting.count < found.count, let last = fitting.last else {
            return Page(elements: Array(fitting), nextPageToken: "", revision: revision)
        }
        let token = PageToken(
            query: identity, last: last.orderValue(order.field), lastID: last.listID, revision: revision)
        return Page(elements: Array(fitting), nextPageToken: try token.text(), revision: revision)
    }
}

/// The order of a list; the id breaks ties.
struct ListOrder {
    let field: String
    let expression: String
    let descending: Bool

    init(_ text: String, fields: ListFields) throws(Refusal) {
        let words = text.split(separator: " ")
        field = words.first.map { ListFields.snakeCase(String($0)) } ?? "create_time"
        descending = words.count == 2 && words[1].lowercased() == "desc"
        guard words.count <= 1 || descending || (words.count == 2 && words[1].lowercased() == "asc"),
            fields.orders.contains(field), let known = fields.fields[field]
        else {
            let orders = fields.orders.sorted().joined(separator: ", ")
            throw .invalid(field: "order_by", "a list can be ordered by \(orders), with \" desc\" the other way round")
        }
        expression = known.expression
    }

    var sql: String {
        let direction = descending ? " DESC" : ""
        return field == "id" ? "this.id\(direction)" : "\(expression)\(direction), this.id\(direction)"
    }
}
