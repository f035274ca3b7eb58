import ArgumentParser
import Foundation
import Logging

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

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let exit as DaemonExit {
            complain("holdpointd: \(exit.message)")
            Foundation.exit(exit.code)
        } catch {
            let code = exitCode(for: error)
            guard code.isSuccess else {
                complain(fullMessage(for: error))
                Foundation.exit(code == .validationFailure ? DaemonExit.badFlags : DaemonExit.fault)
            }
            exit(withError: error)
        }
    }

    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
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
