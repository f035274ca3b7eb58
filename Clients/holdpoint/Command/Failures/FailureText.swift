import HoldpointClient

/// A failure as it is printed on standard error.
enum FailureText {
    /// `holdpoint: <what>: <why>`, then a line a blocker and a line a remedy. A remedy's line can be run as it stands.
    static func lines(_ failure: CommandFailure) -> [String] {
        (["holdpoint: \(failure.what): \(why(failure.status))"] + failure.notes.map { "  \($0)" } + wayOut(failure))
            .map(Printable.line)
    }

    private static func wayOut(_ failure: CommandFailure) -> [String] {
        let status = failure.status
        let remedies = status.remedies.compactMap(remedy)
        guard status.blockers.count > FailureSummary.lineLimit else { return status.blockers.map(blocker) + remedies }
        return FailureSummary.lines(of: status.blockers)
            + FailureSummary.remedies(remedies, cascade: failure.cascade)
    }

    /// One JSON object on one line, with the fields that scripts rely on.
    static func json(_ failure: CommandFailure) -> String {
        var status = failure.status
        // A script has always something to go by.
        if status.reason.isEmpty { status.reason = status.code.name }
        return (try? status.json()) ?? #"{"code":"INTERNAL","message":"the error cannot be written as JSON"}"#
    }

    /// `holdpoint: warning: … (REASON)`
    static func line(_ warning: Warning) -> String {
        let reason = warning.reason.isEmpty ? "" : " (\(warning.reason))"
        return Printable.line("holdpoint: warning: \(warning.message)\(reason)")
    }

    /// The message, the fields that it does not name itself, and the reason code.
    private static func why(_ status: Status) -> String {
        let message = status.message.isEmpty ? status.code.name : status.message
        let fields = status.fieldViolations.filter { $0.description != message }.map {
            "\($0.field): \($0.description)"
        }
        let reason = status.reason.isEmpty ? "" : " (\(status.reason))"
        return ([message] + fields).joined(separator: "; ") + reason
    }

    private static func blocker(_ blocker: Blocker) -> String {
        let name = blocker.name.isEmpty ? "" : " \"\(blocker.name)\""
        return "  blocked by \(blocker.kind) \(blocker.id)\(name): \(blocker.reason)"
    }

    /// Nothing for one that is no command.
    private static func remedy(_ remedy: Remedy) -> String? {
        guard !remedy.command.isEmpty else {
            return remedy.description.isEmpty ? nil : "  # \(remedy.description)"
        }
        return "  \(remedy.command)" + (remedy.description.isEmpty ? "" : "  # \(remedy.description)")
    }
}
