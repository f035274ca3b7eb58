/// What a list shows.
public struct ListQuery: Sendable, Hashable {
    public static let defaultPageSize = 100
    public static let largestPageSize = 1_000
    /// A page ends early when its rows are larger than this, so that an answer fits into a frame.
    public static let largestPageByteCount = 1 << 20

    public var pageSize: Int
    public var pageToken: String
    public var filter: String
    public var orderBy: String

    public init(pageSize: Int = 0, pageToken: String = "", filter: String = "", orderBy: String = "") {
        self.pageSize = pageSize <= 0 ? Self.defaultPageSize : min(pageSize, Self.largestPageSize)
        self.pageToken = pageToken
        self.filter = filter
        self.orderBy = orderBy
    }
}

/// One page of a list.
public struct Page<Element: Sendable>: Sendable {
    public var elements: [Element]
    /// Empty on the last page.
    public var nextPageToken: String
    /// Of the first page: watch from here to miss nothing.
    public var revision: Int64

    public init(elements: [Element], nextPageToken: String, revision: Int64) {
        self.elements = elements
        self.nextPageToken = nextPageToken
        self.revision = revision
    }
}
