/// Where a server listens, or a client connects to.
public enum Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A Unix socket; at most 107 bytes of path.
    case unix(path: String)
    /// TCP without TLS, loopback only. Port 0 when listening: any free one.
    case tcp(host: String, port: Int)

    /// Reads `unix:PATH` or `tcp://HOST:PORT`; an IPv6 address stands in brackets.
    ///
    /// - Throws: `EndpointError.notAnEndpoint`.
    public init(parsing text: String) throws(EndpointError) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard !path.isEmpty, path.utf8.count <= Self.longestPath else { throw .notAnEndpoint(text) }
            self = .unix(path: path)
        } else if text.hasPrefix("tcp://"), let parts = Self.hostAndPort(text.dropFirst("tcp://".count)) {
            self = .tcp(host: parts.host, port: parts.port)
        } else {
            throw .notAnEndpoint(text)
        }
    }

    /// Bytes that the system's socket address has for a path.
    static let longestPath = 107

    private static func hostAndPort(_ text: Substring) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        guard let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty ? nil : (String(host), Int(port))
    }

    /// As `init(parsing:)` reads it.
    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
        }
    }
}

/// Why an endpoint cannot be used.
public enum EndpointError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAnEndpoint(String)
    /// Another process answers on the Unix socket.
    case inUse(String)
    /// The path is there and is no socket; it is left alone.
    case notASocket(String)
    /// Only loopback addresses are served without TLS.
    case notLoopback(String)
    /// The process may not have so many files open as serving needs.
    case tooFewDescriptors(limit: Int, needed: Int)
    /// A system call failed.
    case system(call: String, path: String, errno: Int32)

    public var description: String {
        switch self {
        case .notAnEndpoint(let text): "\(text): expected unix:PATH or tcp://HOST:PORT"
        case .inUse(let path): "\(path): another process listens on it"
        case .notASocket(let path): "\(path): exists and is no socket"
        case .notLoopback(let host): "\(host): only loopback addresses are served without TLS"
        case .tooFewDescriptors(let limit, let needed):
            "\(limit) open files are too few to serve, \(needed) are needed: raise the limit (ulimit -n)"
        case .system(let call, let path, let number): "\(path): \(call) failed (errno \(number))"
        }
    }
}
