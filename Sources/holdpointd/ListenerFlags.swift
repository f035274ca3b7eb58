import HoldpointRPCTransport

/// Where to listen, as the flags say it.
enum ListenerFlags {
    static func endpoints(_ texts: [String], in directory: StateDirectory) throws -> [Endpoint] {
        guard !texts.isEmpty else { return [.unix(path: directory.file("holdpoint.sock"))] }
        return try texts.map(endpoint)
    }

    private static func endpoint(_ text: String) throws -> Endpoint {
        if text.hasPrefix("tls://") {
            throw bad("\(text): TLS comes with a later release; TCP listens on loopback only")
        }
        let endpoint: Endpoint
        do {
            endpoint = try Endpoint(parsing: text)
        } catch {
            throw bad("--listen \(text): \(error)")
        }
        if case .tcp(let host, _) = endpoint, !isLoopback(host) {
            throw bad("--listen \(text): without TLS, TCP listens on loopback only (127.0.0.0/8, ::1, localhost)")
        }
        return endpoint
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func bad(_ message: String) -> DaemonExit {
        DaemonExit(code: DaemonExit.badFlags, message: message)
    }
}
