/// Who calls, as the server found it out when the connection began.
public struct Caller: Sendable, Hashable {
    /// Whoever the credential belongs to; nil: there was none, and only methods that need none are open.
    public var principal: String?
    /// Where the connection comes from: `unix:1000` (user id), `tcp:127.0.0.1:54321`, `in-process`.
    public var source: String
    /// Project of the calls, id or name, from the client's Hello; empty: the default one.
    public var project: String
    /// The credential is a token, which may be revoked.
    public var hasToken: Bool

    public init(principal: String?, source: String, project: String = "", hasToken: Bool = false) {
        self.principal = principal
        self.source = source
        self.project = project
        self.hasToken = hasToken
    }
}
