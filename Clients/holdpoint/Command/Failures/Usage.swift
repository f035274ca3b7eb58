import ArgumentParser
import HoldpointClient

/// What ArgumentParser throws: help that was asked for, or wrong usage.
enum Usage {
    /// Prints it.
    ///
    /// - Returns: success for help, 2 (not ArgumentParser's 64) for wrong usage.
    static func answer(_ error: any Error) -> ExitStatus {
        guard !Root.exitCode(for: error).isSuccess else {
            StandardStreams.output(Root.fullMessage(for: error) + "\n")
            return .success
        }
        let failure = CommandFailure("wrong usage", Status(code: .invalidArgument, message: Root.message(for: error)))
        FailureReport.print(failure)
        if !FailureReport.usesJSON { StandardStreams.error(hint(Root.fullMessage(for: error))) }
        return failure.exit
    }

    /// The lines behind the error itself: usage, and where the help is.
    private static func hint(_ message: String) -> String {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { !$0.hasPrefix("Usage:") }.map { $0 + "\n" }.joined()
    }
}
