import ArgumentParser
import CLinux
import Glibc
import HoldpointClient

/// The `holdpoint` command. Its code is a library so that tests can link it.
public enum HoldpointCommand {
    /// Runs the command with the process's arguments and environment, and ends the process.
    public static func main() async {
        guard linux_forbid_cores_unless_asked_for() == 0 else { exit(ExitStatus.internalFailure.rawValue) }
        StandardStreams.begin()
        let arguments = Process.arguments
        FailureReport.usesJSON = FailureReport.wantsJSON(arguments, environment: Process.environment)
        if let failure = Process.unreadable {
            FailureReport.print(failure)
            exit(failure.exit.rawValue)
        }
        let status = await run(arguments)
        StandardStreams.endOutput()
        exit(withOutput(status).rawValue)
    }

    /// What was asked for and could not be written is no success; another failure says more.
    private static func withOutput(_ status: ExitStatus) -> ExitStatus {
        guard status == .success, let failure = StandardStreams.outputFailure else { return status }
        FailureReport.print(failure)
        return failure.exit
    }

    private static func run(_ arguments: [String]) async -> ExitStatus {
        if arguments.first == "help" { return Usage.help(Array(arguments.dropFirst())) }
        do {
            var command = try await Root.asyncParseAsRoot(arguments)
            // Help that was asked for is a command of ArgumentParser's.
            if !type(of: command).configuration.subcommands.isEmpty {
                return Usage.answerMissingVerb(NamedCommand(arguments).node)
            }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .success
        } catch let failure as CommandFailure {
            FailureReport.print(failure)
            return failure.exit
        } catch let reported as ReportedFailure {
            return reported.exit
        } catch {
            return Usage.answer(error, to: arguments)
        }
    }
}
