/// Where a connection comes from, as the operating system says; a peer cannot choose it.
public enum PeerSource: Sendable, Hashable, CustomStringConvertible {
    /// A Unix socket's peer, with the user and group that it ran as when it connected (SO_PEERCRED).
    case unix(userID: UInt32, groupID: UInt32)
    case tcp(host: String, port: Int)
    case inProcess

    /// As in `Caller.source`.
    public var description: String {
        switch self {
        case .unix(let userID, _): "unix:\(userID)"
        case .tcp(let host, let port): "tcp:\(host):\(port)"
        case .inProcess: "in-process"
        }
    }
}

/// Decides at a connection's start who the peer is.
public protocol CredentialCheck: Sendable {
    /// - Parameters:
    ///   - token: what the client's Hello carries; empty: none, and the source has to do.
    ///   - source: where the connection comes from.
    /// - Returns: the principal, or nil. Nil for a token that is not empty refuses the connection; nil for an empty one
    ///   leaves it the methods that need no credential.
    func principal(token: String, source: PeerSource) async -> String?
}
