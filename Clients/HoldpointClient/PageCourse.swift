/// The course of a list that is read page by page: what to ask next, and when the server's pages have no end. Asks
/// nothing itself.
struct PageCourse<Request: ListRequest, Response: ListResponse> {
    /// Pages without an item that may follow one another: a filter may leave nothing of some.
    static var longestEmptyRun: Int { 100 }
    /// No list of this protocol's servers is nearly as long.
    static var largestPageCount: Int { 1_000_000 }

    /// What to ask for; nil: the list is at its end, or long enough.
    private(set) var next: Request?
    /// Whether the limit cut it.
    private(set) var hasMore = false
    /// Of the first page.
    private(set) var revision: UInt64 = 0

    private let limit: Int
    private var itemCount = 0
    private var pageCount = 0
    private var emptyRun = 0
    /// Hashes of the tokens that were given out: a server may make them as long as it likes.
    private var tokens: Set<Int> = []

    /// - Parameter limit: nil: everything.
    init(_ request: Request, limit: Int?) {
        self.limit = limit ?? .max
        next = request
        next?.pageToken = ""
        askForRest()
    }

    /// Takes the answer to `next`.
    ///
    /// - Returns: its items, no more than are wanted.
    /// - Throws: `INTERNAL` if the server goes in a circle, or goes on for ever.
    mutating func received(_ page: Response) throws(RPCError) -> [Response.Item] {
        let items = Array(page.items.prefix(limit - itemCount))
        if pageCount == 0 { revision = page.revision }
        pageCount += 1
        itemCount += items.count
        emptyRun = items.isEmpty ? emptyRun + 1 : 0
        hasMore = !page.nextPageToken.isEmpty || items.count < page.items.count
        guard !page.nextPageToken.isEmpty, itemCount < limit else {
            next = nil
            return items
        }
        guard tokens.insert(page.nextPageToken.hashValue).inserted else {
            throw RPCError(.internal, "the server answers the same pages again and again")
        }
        guard emptyRun < Self.longestEmptyRun, pageCount < Self.largestPageCount else {
            throw RPCError(.internal, "the server's list has no end: \(pageCount) pages, \(itemCount) items")
        }
        next?.pageToken = page.nextPageToken
        askForRest()
        return items
    }

    private mutating func askForRest() {
        let size = UInt32(min(limit - itemCount, HoldpointClient.largestPageSize))
        next?.pageSize = size
    }
}
