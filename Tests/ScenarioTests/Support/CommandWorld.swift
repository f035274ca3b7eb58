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
            let server = RPCServer(router: house.router, configuration: configuration)
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
        let process = Process()
        process.executableURL = Binaries.url("holdpoint")
        process.arguments = words + (consents ? ["--yes", "--password-file", passwordFile] : [])
        process.environment = ["HOLDPOINT_ENDPOINT": endpoint, "LANG": "C.UTF-8", "HOME": "/nonexistent"]
        process.standardInput = FileHandle.nullDevice
        let (output, error) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, error)
        try process.run()
        async let text = Self.text(output)
        async let errorText = Self.text(error)
        let read = await (text, errorText)
        process.waitUntilExit()
        return Ended(code: process.terminationStatus, output: read.0, error: read.1)
    }

    /// On a thread of its own: the server that the process waits for runs here.
    private static func text(_ pipe: Pipe) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let bytes = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
                continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    private struct Anybody: CredentialCheck {
        func principal(token: String, source: PeerSource) async -> String? { "admin" }
    }
}
