import Synchronization

/// Puts failures on standard error.
enum FailureReport {
    private static let isJSON = Atomic(false)

    /// Whether errors are one JSON object each.
    static var usesJSON: Bool {
        get { isJSON.load(ordering: .relaxed) }
        set { isJSON.store(newValue, ordering: .relaxed) }
    }

    static func print(_ failure: CommandFailure) {
        let lines = usesJSON ? [FailureText.json(failure)] : FailureText.lines(failure)
        StandardStreams.error(lines.map { $0 + "\n" }.joined())
    }

    /// What the arguments say about the form of the output, for errors before they are understood.
    static func wantsJSON(_ arguments: [String], environment: [String: String]) -> Bool {
        var format = environment["HOLDPOINT_OUTPUT"]
        for (index, argument) in arguments.enumerated() {
            if argument == "-o" || argument == "--output" {
                format = index + 1 < arguments.count ? arguments[index + 1] : nil
            } else if argument.hasPrefix("--output=") {
                format = String(argument.dropFirst("--output=".count))
            } else if argument.hasPrefix("-o") {
                format = String(argument.dropFirst("-o".count))
            }
        }
        return format == OutputFormat.json.rawValue
    }
}

/// Failures that were printed where they happened; only the exit code is left.
struct ReportedFailure: Error {
    let exit: ExitStatus
}
