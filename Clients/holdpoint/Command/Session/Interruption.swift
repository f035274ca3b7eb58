import Dispatch
import Glibc
import HoldpointClient
import Synchronization

/// Ctrl-C: ends the command with 130, and says how to go on with what was begun. Nothing on the server is cancelled.
enum Interruption {
    private struct Progress {
        var what = ""
        var requestID: String?
        var operationID: String?
        /// The arguments that make the same call again; nil: the process's own.
        var again: [String]?
        /// What is left behind if nobody removes it.
        var unfinishedFile: String?
        /// Terminal settings to give back.
        var terminal: termios?
    }

    private static let progress = Mutex(Progress())

    /// Evaluated once; the source lives as long as the process, held by its own handler.
    private static let handling: Void = {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { withExtendedLifetime(source) { end() } }
        source.resume()
    }()

    /// From now on Ctrl-C is handled here. Safe to repeat.
    static func begin(_ what: String) {
        progress.withLock { $0 = Progress(what: what) }
        handling
    }

    /// A mutation with this id is on its way.
    static func asked(_ requestID: String, again: [String]? = nil) {
        progress.withLock { ($0.requestID, $0.operationID, $0.again) = (requestID, nil, again) }
    }

    /// It is an operation now.
    static func began(_ operationID: String) {
        progress.withLock { $0.operationID = operationID }
    }

    /// The server has answered for good.
    static func settled() {
        progress.withLock { ($0.requestID, $0.operationID) = (nil, nil) }
    }

    /// A file to remove unless it is finished; nil: there is none.
    static func writing(_ unfinishedFile: String?) {
        progress.withLock { $0.unfinishedFile = unfinishedFile }
    }

    /// The terminal is to be given back these settings; nil: it has them.
    static func restoring(_ terminal: termios?) {
        progress.withLock { $0.terminal = terminal }
    }

    private static func end() {
        let state = progress.withLock { $0 }
        if var terminal = state.terminal { tcsetattr(STDIN_FILENO, TCSANOW, &terminal) }
        if let file = state.unfinishedFile { unlink(file) }
        if isatty(STDERR_FILENO) == 1 { StandardStreams.error("\n") }
        if let failure = failure(state) { FailureReport.print(failure) }
        _exit(ExitStatus.interrupted.rawValue)
    }

    /// Nil where nothing was begun: there is nothing to say.
    private static func failure(_ state: Progress) -> CommandFailure? {
        if let id = state.operationID {
            let status = Status(code: .cancelled, message: "interrupted; operation \(id) goes on", operationID: id)
            return CommandFailure(state.what, status, exit: .interrupted).resumable(id)
        }
        guard let id = state.requestID else { return nil }
        let status = Status(code: .cancelled, message: "interrupted before the server answered")
        return CommandFailure(state.what, status, exit: .interrupted).repeatable(id, again: state.again)
    }
}

extension CommandFailure {
    /// With the line that waits for an operation.
    func resumable(_ operationID: String) -> CommandFailure {
        remedied("wait for it", command: Process.commandLine(["operation", "wait", operationID]))
    }

    /// With the line that asks for the same change again, safely.
    ///
    /// - Parameter again: the arguments of that line, but for the request id; nil: the process's own.
    func repeatable(_ requestID: String, again: [String]? = nil) -> CommandFailure {
        let arguments = again ?? Process.arguments
        let isNamed = arguments.contains { $0 == "--request-id" || $0.hasPrefix("--request-id=") }
        let again = arguments + (isNamed ? [] : ["--request-id", requestID])
        return remedied("ask again for the same change", command: Process.commandLine(again))
    }
}
