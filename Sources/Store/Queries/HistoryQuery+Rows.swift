public import Model

/// A part of the log, newest first.
public struct HistoryTurn: Sendable {
    /// Without the resources.
    public var events: [Event]
    /// Before which event the rest begins; nil: there is none.
    public var rest: Int64?
}

extension ReadTransaction {
    /// Events that one turn looks at where no index leads to those that are asked for.
    static var historyTurnCount: Int64 { 10_000 }

    /// The next events that a query asks for; perhaps none, and a rest.
    ///
    /// - Parameter ids: only of these; nil: of all.
    public func history(_ query: HistoryQuery, of ids: [String]?, in project: ProjectID) throws -> HistoryTurn {
        let begin = try min(query.before ?? .max, lastSequence() + 1)
        let first = try firstSequence()
        let end = ids == nil ? max(first, begin - Self.historyTurnCount) : first
        let (conditions, arguments) = try Self.conditions(query, ids, project)
        let events = try rows(
            """
            SELECT \(Event.columns) FROM event
            WHERE sequence < ? AND sequence >= ? AND \(conditions) ORDER BY sequence DESC LIMIT ?
            """, [.integer(begin), .integer(end)] + arguments + [.integer(Int64(query.pageSize))]
        ) { try Event($0, nil) }
        if events.count == query.pageSize, let last = events.last, last.sequence > first {
            return HistoryTurn(events: events, rest: last.sequence)
        }
        return HistoryTurn(events: events, rest: end > first ? end : nil)
    }

    private static func conditions(
        _ query: HistoryQuery, _ ids: [String]?, _ project: ProjectID
    ) throws -> (sql: String, arguments: [StoredValue]) {
        var (terms, arguments): ([String], [StoredValue]) = (["project_id = ?"], [.text(project.rawValue)])
        func add(_ term: String, _ values: [StoredValue]) {
            terms.append(term)
            arguments += values
        }
        if let ids { try add("resource_id IN \(StoredValue.setExpression)", [StoredJSON.list(ids)]) }
        if !query.principal.isEmpty { add("principal = ?", [.text(query.principal)]) }
        if let since = query.since { add("time >= ?", [.integer(since.millisecondsSinceEpoch)]) }
        if let until = query.until { add("time <= ?", [.integer(until.millisecondsSinceEpoch)]) }
        if query.kinds.isEmpty {
            // Those of one operation that is asked for are told.
            if ids == nil { add("kind <> 'operation'", []) }
        } else {
            let kinds = query.kinds.map(\.rawValue).sorted()
            try add("kind IN \(StoredValue.setExpression)", [StoredJSON.list(kinds)])
        }
        return (terms.joined(separator: " AND "), arguments)
    }

    /// Ids of what bore a name when it was made, or deleted.
    public func formerHolders(of name: String, in project: ProjectID, limit: Int) throws -> [String] {
        try rows(
            """
            SELECT DISTINCT resource_id FROM event
            WHERE name = ? AND action IN ('created', 'deleted') AND project_id = ? LIMIT ?
            """, [.text(name), .text(project.rawValue), .integer(Int64(limit))]
        ) { try $0.text(0) }
    }
}
