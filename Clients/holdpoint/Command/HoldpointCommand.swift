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
        do {
            var command = try await Root.asyncParseAsRoot(arguments)
            if let status = missingVerb(command) { return status }
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
            return Usage.answer(error)
        }
    }

    /// A noun alone does nothing: its help goes to standard error, and scripts see that it is wrong.
    private static func missingVerb(_ command: any ParsableCommand) -> ExitStatus? {
        let type = type(of: command)
        guard !type.configuration.subcommands.isEmpty else { return nil }
        if FailureReport.usesJSON {
            FailureReport.print(
                CommandFailure("wrong usage", Status(code: .invalidArgument, message: "a verb is missing")))
        } else {
            StandardStreams.error(Root.helpMessage(for: type) + "\n")
        }
        return .usage
    }
}
