import Foundation
import HoldpointClient
import HoldpointRPCTransport
import Testing

/// The real `holdpointd`, as a process.
enum DaemonWorld {
    static func with(_ directory: String, _ scenario: @Sendable (World) async throws -> Void) async throws {
        let daemon = try DaemonProcess(directory)
        defer { daemon.end() }
        try await daemon.untilListening()
        let client = HoldpointClient(endpoint: .unix(path: daemon.socket))
        let world = World(
            client: client, password: try daemon.password(), directory: directory, kind: .binaries)
        do {
            try await scenario(world)
        } catch {
            await client.close()
            throw error
        }
        await client.close()
    }
}

/// Programs of this build, found beside the tests.
enum Binaries {
    static var folder: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    }

    static func url(_ name: String) -> URL { folder.appendingPathComponent(name) }
}

/// One `holdpointd` that a test started.
final class DaemonProcess: Sendable {
    let socket: String
    let state: String
    private let log: String
    private let process: Program

    init(_ directory: String, logLevel: String = "info") throws {
        socket = directory + "/socket"
        state = directory + "/state"
        log = directory + "/log"
        process = try Program(
            "holdpointd", ["--state-dir", state, "--listen", "unix:\(socket)", "--log-level", logLevel],
            complaints: log)
    }

    func password() throws -> String {
        try String(contentsOfFile: state + "/admin.password", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func untilListening() async throws {
        let end = ContinuousClock.now + .seconds(60)
        while !logText.contains("listening on") {
            guard process.isRunning, ContinuousClock.now < end else {
                Issue.record("holdpointd does not listen: \(logText)")
                throw CancellationError()
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    var logText: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Ends it as an operator would, and waits.
    func end() {
        guard process.isRunning else { return }
        process.terminate()
        _ = process.waitUntilExit()
    }
}
