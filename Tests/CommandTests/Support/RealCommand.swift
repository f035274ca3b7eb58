import Foundation
import Glibc
import HoldpointClient
import Synchronization
import Testing

/// The built command, against a server in this process.
struct RealCommand: Sendable {
    /// How one run ended.
    struct Ended: Sendable {
        let code: Int32
        let output: String
        /// What was on standard error, or on the terminal.
        let error: String
        /// The process's arguments, as everybody on the machine sees them while it runs.
        var commandLine = ""
    }

    /// Nothing here takes longer, on a machine that has anything else to do.
    static let deadline = Duration.seconds(60)

    let endpoint: String

    /// Beside the tests, in whatever configuration they were built.
    static var path: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("holdpoint")
            .path
    }

    /// Runs it without a terminal.
    func run(_ arguments: String...) async throws -> Ended {
        try await run(arguments)
    }

    /// The same.
    func run(_ arguments: [String]) async throws -> Ended {
        let output = Pipe()
        let error = Pipe()
        let process = prepared(arguments)
        process.standardInput = FileHandle.nullDevice
        (process.standardOutput, process.standardError) = (output, error)
        return try await ended(process) {
            let text = try output.fileHandleForReading.readToEnd() ?? Data()
            let errorText = try error.fileHandleForReading.readToEnd() ?? Data()
            return (String(decoding: text, as: UTF8.self), String(decoding: errorText, as: UTF8.self), "")
        }
    }

    /// Runs it without a terminal, and presses Ctrl-C once a call of it has come to the server.
    func interrupt(_ arguments: String..., when isReached: DispatchSemaphore) async throws -> Ended {
        let error = Pipe()
        let process = prepared(arguments)
        process.standardInput = FileHandle.nullDevice
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, error)
        return try await ended(process) {
            isReached.wait()
            process.interrupt()
            return ("", String(decoding: try error.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self), "")
        }
    }

    /// Runs it on a terminal and types an answer whenever the text before it has appeared there.
    func converse(_ arguments: String..., answers: [(prompt: String, answer: String)]) async throws -> Ended {
        let terminal = try PseudoTerminal()
        let output = Pipe()
        let process = prepared(arguments)
        (process.standardInput, process.standardError) = (terminal.slave, terminal.slave)
        process.standardOutput = output
        return try await ended(process) {
            try? terminal.slave.close()
            let (shown, commandLine) = terminal.talk(answers) {
                let line = FileManager.default.contents(atPath: "/proc/\(process.processIdentifier)/cmdline")
                return String(decoding: line ?? Data(), as: UTF8.self)
            }
            let text = try output.fileHandleForReading.readToEnd() ?? Data()
            return (String(decoding: text, as: UTF8.self), shown, commandLine)
        }
    }

    private func prepared(_ arguments: [String]) -> Foundation.Process {
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: RealCommand.path)
        process.arguments = arguments
        process.environment = [
            "HOLDPOINT_ENDPOINT": endpoint, "LANG": "C.UTF-8", "TERM": "xterm", "HOME": "/nonexistent",
        ]
        return process
    }

    /// On a thread of its own: the server that is waited for runs in this process.
    private func ended(
        _ process: Foundation.Process, _ read: @escaping () throws -> (String, String, String)
    ) async throws -> Ended {
        // Used by that thread alone.
        nonisolated(unsafe) let read = read
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try process.run()
                        let guardian = DispatchWorkItem { process.terminate() }
                        let seconds = Double(RealCommand.deadline.components.seconds)
                        DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: guardian)
                        defer { guardian.cancel() }
                        let (output, error, commandLine) = try read()
                        process.waitUntilExit()
                        return Ended(
                            code: process.terminationStatus, output: output, error: error, commandLine: commandLine)
                    })
            }
        }
    }
}

/// A terminal without a screen.
private struct PseudoTerminal {
    let master: Int32
    let slave: FileHandle

    /// ioctl_tty(2): Swift sees neither these macros nor the functions over them.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    init() throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(master >= 0)
        var (locked, number) = (Int32(0), Int32(-1))
        try #require(ioctl(master, PseudoTerminal.setLock, &locked) == 0)
        try #require(ioctl(master, PseudoTerminal.getNumber, &number) == 0)
        let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(descriptor >= 0)
        slave = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// - Parameter look: called when the first prompt is there.
    func talk(_ answers: [(prompt: String, answer: String)], look: () -> String) -> (shown: String, looked: String) {
        defer { close(master) }
        var (shown, looked, waiting) = ([UInt8](), "", answers[...])
        var seen = 0
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = read(master, &chunk, chunk.count), count > 0 {
            shown += chunk[..<count]
            guard let next = waiting.first,
                String(decoding: shown[seen...], as: UTF8.self).hasSuffix(next.prompt)
            else { continue }
            if looked.isEmpty { looked = look() }
            seen = shown.count
            waiting = waiting.dropFirst()
            _ = (next.answer + "\n").withCString { write(master, $0, strlen($0)) }
        }
        return (String(decoding: shown, as: UTF8.self), looked)
    }
}

/// Runs the command against a server that answers these methods, and ends the server however the test ends.
func withCommand(
    _ prepare: (inout Router) -> Void, _ body: (RealCommand) async throws -> Void
) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("command-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var router = Router()
    prepare(&router)
    var configuration = RPCServerConfiguration(credentials: AnybodyHere())
    configuration.logger.logLevel = .critical
    configuration.threads = 1
    let server = RPCServer(handler: router, configuration: configuration)
    do {
        let endpoint = try await server.listen(on: .unix(path: folder.path + "/socket"))
        try await body(RealCommand(endpoint: "\(endpoint)"))
    } catch {
        await server.drain(within: .zero)
        throw error
    }
    await server.drain(within: .zero)
}

private struct AnybodyHere: CredentialCheck {
    func principal(token: String, source: PeerSource) async -> String? { "admin" }
}

/// The requests that a server got, in order.
final class Requests<Request: Sendable>: Sendable {
    private let state = Mutex<[Request]>([])

    var all: [Request] { state.withLock { $0 } }

    func add(_ request: Request) {
        state.withLock { $0.append(request) }
    }
}
