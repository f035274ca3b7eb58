import Foundation
import HoldpointRPC
import HoldpointRPCTransport
import Logging
import ProtobufC
import Testing

/// Trusts the Unix socket, and the token `secret`.
struct TestCredentials: CredentialCheck {
    var delay: Duration = .zero

    func principal(token: String, source: PeerSource) async -> String? {
        if delay > .zero { try? await Task.sleep(for: delay) }
        if token == "secret" { return "token" }
        if case .unix = source, token.isEmpty { return "local" }
        return nil
    }
}

/// A server on a socket of its own.
struct TestServer {
    let server: RPCServer
    let endpoint: Endpoint
    let handlers: TestHandlers

    /// Limits with short times, so that nothing waits long.
    static var limits: ServerLimits {
        var limits = ServerLimits()
        limits.lingering = .milliseconds(200)
        limits.streamFarewell = .milliseconds(300)
        return limits
    }

    static func start(
        on endpoint: Endpoint, limits: ServerLimits = TestServer.limits,
        credentials: TestCredentials = TestCredentials(),
        handlers: TestHandlers = TestHandlers()
    ) async throws -> TestServer {
        var router = Router()
        router.register(handlers)
        var configuration = RPCServerConfiguration(credentials: credentials)
        configuration.limits = limits
        configuration.logger.logLevel = .critical
        configuration.threads = 2
        let server = RPCServer(handler: router, configuration: configuration)
        do {
            return TestServer(server: server, endpoint: try await server.listen(on: endpoint), handlers: handlers)
        } catch {
            await server.drain(within: .zero)
            throw error
        }
    }

    func stop() async {
        handlers.gate.open()
        await server.drain(within: .zero)
    }
}

/// A folder for sockets that is removed however the test ends.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rpc-\(UUID().uuidString.prefix(8))")
        .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// A server on a Unix socket, or on TCP, that is stopped however the test ends.
func withServer(
    limits: ServerLimits = TestServer.limits, tcp: Bool = false, credentials: TestCredentials = TestCredentials(),
    _ body: (TestServer) async throws -> Void
) async throws {
    try await withFolder { folder in
        let endpoint = tcp ? Endpoint.tcp(host: "127.0.0.1", port: 0) : .unix(path: folder + "/socket")
        let test = try await TestServer.start(on: endpoint, limits: limits, credentials: credentials)
        do {
            try await body(test)
        } catch {
            await test.stop()
            throw error
        }
        await test.stop()
    }
}

/// A client that is closed however the test ends.
func withClient(
    _ endpoint: Endpoint, token: String? = nil, project: String? = nil,
    configuration: RPCClientConfiguration = RPCClientConfiguration(), _ body: (RPCClient) async throws -> Void
) async throws {
    let client = RPCClient(endpoint: endpoint, token: token, project: project, configuration: configuration)
    do {
        try await body(client)
    } catch {
        await client.close()
        throw error
    }
    await client.close()
}

/// Waits for a condition instead of sleeping for luck.
func eventually(
    within time: Duration = .seconds(20), _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () -> Bool
) async throws {
    let deadline = ContinuousClock.now + time
    while !condition() {
        guard .now < deadline else {
            Issue.record(what, sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// Waits until a number stops changing, and returns it.
func settled(_ value: () -> Int) async throws -> Int {
    var last = value() - 1
    while last != value() {
        last = value()
        try await Task.sleep(for: .milliseconds(100))
    }
    return last
}

extension Request {
    init(_ callID: UInt32, _ method: String, _ message: some RPCMessage, timeoutMilliseconds: UInt32 = 0) throws {
        self.init(callID: callID, method: method, timeoutMs: timeoutMilliseconds, payload: try message.serialized())
    }
}
