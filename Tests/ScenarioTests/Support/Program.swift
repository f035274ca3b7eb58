import Foundation
import Glibc
import Synchronization

/// A program of this build that a test runs, with nothing on its standard input.
///
/// Not Foundation's `Process`: that ends the tests now and then, in a copy beyond its memory, when a process has as
/// many descriptors as all scenarios at once have (2026-11). And a test that crashes must not leave whoever waits for
/// the end of its output waiting for a daemon.
final class Program: Sendable {
    struct Failure: Error {
        let code: Int32
    }

    let processID: pid_t
    /// How it ended; nil: it runs, or nobody has asked.
    private let status = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - environment: `NAME=value` each; nil: that of the tests.
    ///   - output: a file that gets its standard output.
    ///   - complaints: one that gets its standard error.
    init(
        _ name: String, _ arguments: [String], environment: [String]? = nil, output: String = "/dev/null",
        complaints: String
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (descriptor, file) in [(STDOUT_FILENO, output), (STDERR_FILENO, complaints)] {
            posix_spawn_file_actions_addopen(&actions, descriptor, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        let path = Binaries.url(name).path
        let environment = environment ?? ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        var processID: pid_t = 0
        let code = Self.withCStrings([path] + arguments) { arguments in
            Self.withCStrings(environment) { environment in
                posix_spawn(&processID, path, &actions, nil, arguments, environment)
            }
        }
        guard code == 0 else { throw Failure(code: code) }
        self.processID = processID
    }

    var isRunning: Bool { collected(WNOHANG) == nil }

    func terminate() {
        status.withLock { if $0 == nil { kill(processID, SIGTERM) } }
    }

    /// Blocks until it has ended.
    ///
    /// - Returns: its exit code; 128 and the signal if one ended it.
    func waitUntilExit() -> Int32 {
        let status = collected(0) ?? 0
        let signal = status & 0x7f
        return signal == 0 ? status >> 8 & 0xff : 128 + signal
    }

    /// Nobody signals it once it was collected: its number may be another's then.
    private func collected(_ options: Int32) -> Int32? {
        status.withLock { status in
            var found: Int32 = 0
            if status == nil, waitpid(processID, &found, options) == processID { status = found }
            return status
        }
    }

    private static func withCStrings(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Int32
    ) -> Int32 {
        let pointers = texts.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
