import ArgumentParser
import Engine
import Foundation

/// The server's command: flags, and exit codes. 0: drained after SIGTERM, or restored; 1: a fault, 2: bad flags, 3:
/// another instance holds the state directory.
@main
struct Holdpointd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holdpointd",
        abstract: "Holdpoint's server: point-in-time snapshots of servers and volumes.",
        usage: """
            holdpointd [--state-dir DIR] [--listen ENDPOINT]... [--log-level LEVEL] [--log-format text|json]
            holdpointd restore [--state-dir DIR] --from BACKUP [--stop-servers]
            """,
        version: Version.text,
        subcommands: [Serve.self, Restore.self],
        defaultSubcommand: Serve.self)

    /// How long the last words may take; a reader that is stalled keeps nobody.
    private static let lastWordsSeconds = 1.0

    static func main() async {
        ProcessSetting.begin()
        let code = await run()
        LogWriter.standardError.flush(within: lastWordsSeconds)
        Foundation.exit(code)
    }

    /// - Returns: the exit code.
    private static func run() async -> Int32 {
        do {
            try checkArguments()
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return answer(error)
        }
    }

    /// Says what was thrown: a fault, wrong flags, or help that was asked for.
    private static func answer(_ error: any Error) -> Int32 {
        if let exit = error as? DaemonExit {
            complain("holdpointd: \(exit.message)")
            return exit.code
        }
        if let error = error as? EngineError {
            complain("holdpointd: \(error.message)")
            return DaemonExit.fault
        }
        let code = exitCode(for: error)
        guard !code.isSuccess else { return help(fullMessage(for: error)) }
        complain(fullMessage(for: error))
        return code == .validationFailure ? DaemonExit.badFlags : DaemonExit.fault
    }

    private static func help(_ text: String) -> Int32 {
        do throws(DaemonExit) {
            try StandardStream.output(text + "\n")
            return 0
        } catch {
            return answer(error)
        }
    }

    /// Bytes that are no text would be replaced silently, and another folder would be made and served.
    private static func checkArguments() throws {
        for index in 0..<Int(CommandLine.argc) {
            // The system ends every argument with a NUL.
            guard let argument = CommandLine.unsafeArgv[index], String(validatingCString: argument) == nil else {
                continue
            }
            throw DaemonExit(code: DaemonExit.badFlags, message: "argument \(index) is not UTF-8")
        }
    }

    /// Why the process ends. Returns once it is written, and soon if nobody reads it.
    static func complain(_ text: String) {
        LogWriter.standardError.say(text)
        LogWriter.standardError.flush(within: lastWordsSeconds)
    }
}

/// Why the process ends before it serves, or while it does.
struct DaemonExit: Error {
    static let fault: Int32 = 1
    static let badFlags: Int32 = 2
    static let stateDirectoryInUse: Int32 = 3

    let code: Int32
    let message: String
}

enum Version {
    static let text = "0.1.0"
}
