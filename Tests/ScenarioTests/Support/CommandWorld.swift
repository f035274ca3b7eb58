import Engine
import Foundation
import HoldpointClient
import HoldpointRPC
import HoldpointRPCTransport
import Services

/// The real command against a real manager over a simulated engine, whose calls can be held.
struct CommandWorld: Sendable {
    /// How one run ended.
    struct Ended: Sendable {
        let code: Int32
        let output: String
        let error: String
    }

    let world: World
    let engine: SimulatedEngine
    private let endpoint: String
    private let passwordFile: String

    static func with(_ scenario: @escaping @Sendable (CommandWorld) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        try await InProcessWorld.with(directory.path, engine: engine) { world, house in
            var configuration = RPCServerConfiguration(credentials: Anybody())
            configuration.errorMapping = HoldpointErrorMapping(logger: ManagedHouse.logger)
            configuration.logger = ManagedHouse.logger
            let server = RPCServer(handler: house.router, configuration: configuration)
            let endpoint = try await server.listen(on: .unix(path: directory.path + "/command.socket"))
            let passwordFile = directory.path + "/password"
            _ = FileManager.default.createFile(
                atPath: passwordFile, contents: Data(world.password.utf8), attributes: [.posixPermissions: 0o600])
            let command = CommandWorld(
                world: world, engine: engine, endpoint: "\(endpoint)", passwordFile: passwordFile)
            do {
                try await scenario(command)
            } catch {
                await server.drain(within: .seconds(5))
                throw error
            }
            await server.drain(within: .seconds(5))
        }
    }

    /// Runs a line without a terminal; one that destroys with a consent.
    func run(_ words: [String], consents: Bool = false) async throws -> Ended {
        let run = "\(world.directory)/run-\(UUID().uuidString)"
        let process = try Program(
            "holdpoint", words + (consents ? ["--yes", "--password-file", passwordFile] : []),
            environment: ["HOLDPOINT_ENDPOINT=\(endpoint)", "LANG=C.UTF-8", "HOME=/nonexistent"],
            output: run + ".output", complaints: run + ".complaints")
        // The server that it waits for runs here: no thread is held.
        while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        return Ended(
            code: process.waitUntilExit(), output: try String(contentsOfFile: run + ".output", encoding: .utf8),
            error: try String(contentsOfFile: run + ".complaints", encoding: .utf8))
    }

    private struct Anybody: CredentialCheck {
        func principal(token: String, source: PeerSource) async -> String? { "admin" }
    }
}
