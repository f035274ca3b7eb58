/// Which events somebody asks for, newest first.
public struct HistoryQuery: Sendable, Hashable {
    public static let largestPageSize = 500
    public static let defaultPageSize = 100

    public let pageSize: Int
    /// Only events before this one; nil: from the newest on.
    public let before: Int64?
    /// Id, or a name that it has or had; empty: everything.
    public let resource: String
    /// Empty: anybody.
    public let principal: String
    /// Empty: all but operations', whose beginning and end the others' events tell.
    public let kinds: Set<ResourceKind>
    /// By the wall clock of then, both inclusive.
    public let since: Timestamp?
    public let until: Timestamp?

    /// - Parameter pageSize: 0: the default; more than the largest counts as that.
    public init(
        pageSize: Int = 0, before: Int64? = nil, resource: String = "", principal: String = "",
        kinds: Set<ResourceKind> = [], since: Timestamp? = nil, until: Timestamp? = nil
    ) {
        self.pageSize = pageSize <= 0 ? Self.defaultPageSize : min(pageSize, Self.largestPageSize)
        self.before = before
        self.resource = resource
        self.principal = principal
        self.kinds = kinds
        self.since = since
        self.until = until
    }
}

/// Attempts alike that were refused for what they came with: a wrong password, a token that is none.
public struct Denial: Sendable, Hashable {
    /// Its place among them; 0: it is not kept yet.
    public var number: Int64
    /// Of the last one.
    public let time: Timestamp
    /// Whom they claimed to be; empty: nobody knows.
    public let principal: String
    public let source: String
    public let reason: String
    public let attempts: Int64

    public init(
        number: Int64 = 0, time: Timestamp, principal: String, source: String, reason: String, attempts: Int64
    ) {
        self.number = number
        self.time = time
        self.principal = principal
        self.source = source
        self.reason = reason
        self.attempts = attempts
    }
}
