/// A consent that is kept with what destroys data later: an operation works under it days after the call, and after a
/// restart.
public struct StandingConsent: Hashable, Sendable, Codable {
    /// Who gave it.
    public let principal: String
    /// Where the call came from: `unix:0` and the like.
    public let source: String
    public let time: Timestamp
    /// What it allows: `DELETE_VOLUME vol-…` and the like.
    public let allows: String

    public init(principal: String, source: String, time: Timestamp, allows: String) {
        self.principal = principal
        self.source = source
        self.time = time
        self.allows = allows
    }
}
