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

/// Whose resources a list shows.
public struct ListPlace: Sendable, Hashable {
    let project: ProjectID
    let scope: [ListScope]

    public init(_ project: ProjectID, scope: [ListScope] = []) {
        self.project = project
        self.scope = scope
    }
}

/// A kind that can be listed.
public protocol Listed: Sendable {
    static var listedTable: String { get }
    /// What its list can be filtered and ordered by.
    static var listFields: ListFields { get }
    /// The rows `this` for which a condition holds.
    static func listed(
        where condition: String, _ arguments: [StoredValue], order: String, limit: Int,
        in transaction: any ReadTransaction
    ) throws -> [Self]
    /// The values of an order's columns but the id, for the token of the next page.
    func orderValues(_ field: String) -> [StoredValue]
    var listID: String { get }
    /// About how large it is in an answer.
    var approximateByteCount: Int { get }
}

extension MetadataStore {
    /// One page of the resources of a kind.
    ///
    /// Decided here (2026-11): a page is read in turns, each of which looks at a bounded number of rows, so that a
    /// filter that fits few of a million rows holds neither a reader nor the log for seconds. A page is of several
    /// instants then, as a list of several pages is.
    /// - Parameter place: asked in the first turn.
    /// - Throws: what `place` throws; `Refusal` with `INVALID_ARGUMENT` for a filter, order or token that does not fit.
    public func list<Element: Listed>(
        _: Element.Type, _ query: ListQuery, in place: @escaping @Sendable (any ReadTransaction) throws -> ListPlace
    ) async throws -> Page<Element> {
        var (turn, found) = try await read { transaction in
            let place = try place(transaction)
            return (try ListTurn<Element>(query, in: place, transaction), place)
        }
        while turn.goesOn {
            try Task.checkCancellation()
            turn = try await read { [turn, found] in try turn.next(query, in: found, $0) }
        }
        return turn.page
    }
}

/// A page as far as it has come.
struct ListTurn<Element: Listed>: Sendable {
    private(set) var page = Page<Element>(elements: [], nextPageToken: "", revision: 0)
    /// It is neither full nor at the list's end: the token leads on.
    private(set) var goesOn = false
    private var byteCount = 0

    /// The first turn.
    init(_ query: ListQuery, in place: ListPlace, _ transaction: any ReadTransaction) throws {
        page.nextPageToken = query.pageToken
        try take(query, place, transaction)
    }

    func next(_ query: ListQuery, in place: ListPlace, _ transaction: any ReadTransaction) throws -> ListTurn {
        var turn = self
        try turn.take(query, place, transaction)
        return turn
    }

    private mutating func take(_ query: ListQuery, _ place: ListPlace, _ transaction: any ReadTransaction) throws {
        let plan = try ListPlan(Element.self, query, in: place, from: page.nextPageToken)
        if page.elements.isEmpty { page.revision = try plan.token?.revision ?? transaction.lastSequence() }
        let end = try plan.turnEnd(in: transaction)
        let room = query.pageSize - page.elements.count
        let (condition, arguments) = plan.condition(until: end)
        let found = try Element.listed(
            where: condition, arguments, order: plan.order.sql, limit: room + 1, in: transaction)
        let taken = found.prefix(room).prefix { fits($0) }
        page.elements += taken
        let last = taken.count < found.count ? taken.last.map { plan.order.place(of: $0) } : end
        page.nextPageToken = try last.map { try plan.token(at: $0, revision: page.revision) } ?? ""
        goesOn = taken.count == found.count && end != nil && page.elements.count < query.pageSize
    }

    /// An answer fits into a frame; the first row always does.
    private mutating func fits(_ element: Element) -> Bool {
        let isFirst = byteCount == 0
        byteCount += element.approximateByteCount
        return isFirst || byteCount <= ListQuery.largestPageByteCount
    }
}
