/// Whose password is tried, and from where: failures are counted for both together, so that guessing it somewhere slows
/// nobody down elsewhere.
struct Guesser: Hashable, Sendable {
    let principal: String
    let origin: String

    /// - Parameter source: of a call: `unix:0`, `tcp:127.0.0.1:50112`. The port is left out: every connection has its
    ///   own.
    init(principal: String, source: String) {
        self.principal = principal
        origin =
            source.hasPrefix("tcp:") ? String(source[..<(source.lastIndex(of: ":") ?? source.endIndex)]) : source
    }
}
