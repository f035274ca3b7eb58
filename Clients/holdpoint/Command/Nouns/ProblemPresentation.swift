import HoldpointClient

extension Problem {
    /// `ERROR  volume data-1 (vol-…): …, since …`, and the line that helps.
    var lines: [String] {
        let subject = [kind, ResourceText.reference(name, id)].filter { !$0.isEmpty }.joined(separator: " ")
        let time = since.map { ", since \(ResourceText.full($0))" } ?? ""
        return ["\(severity.name)  \(subject): \(message)\(time)"] + (command.isEmpty ? [] : ["    \(command)"])
    }

    /// One that this command does not know yet counts as an error.
    var isWarning: Bool { severity == .warning }
}

extension SystemStatus {
    /// What the worst problem makes of `--check`; nil: all is well.
    var failure: Status.Code? {
        guard !problems.isEmpty || omittedProblemCount > 0 else { return nil }
        return problems.allSatisfy(\.isWarning) ? .failedPrecondition : .dataLoss
    }

    /// `all is well`; `2 errors, 1 warning, 5 more`
    var verdict: String {
        guard failure != nil else { return "all is well" }
        let warningCount = problems.count(where: \.isWarning)
        return [
            ResourceText.count(problems.count - warningCount, "error"), ResourceText.count(warningCount, "warning"),
            omittedProblemCount == 0 ? nil : "\(omittedProblemCount) more",
        ].compactMap { $0 }.joined(separator: ", ")
    }
}
