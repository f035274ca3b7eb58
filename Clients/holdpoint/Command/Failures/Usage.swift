import ArgumentParser
import HoldpointClient

/// What ArgumentParser throws: help that was asked for, or wrong usage.
enum Usage {
    /// Prints it.
    ///
    /// - Returns: success for help, 2 (not ArgumentParser's 64) for wrong usage.
    static func answer(_ error: any Error, to arguments: [String]) -> ExitStatus {
        guard !Root.exitCode(for: error).isSuccess else {
            StandardStreams.output(asked(Root.fullMessage(for: error), arguments) + "\n")
            return .success
        }
        let named = NamedCommand(arguments)
        if let unknown = named.unknown { return answer(unknown, behind: named, arguments) }
        let message = oneLine(Root.message(for: error))
        let failure = CommandFailure("wrong usage", Status(code: .invalidArgument, message: message))
        FailureReport.print(failure)
        if !FailureReport.usesJSON { StandardStreams.error(hint(Root.fullMessage(for: error))) }
        return failure.exit
    }

    /// `holdpoint help NOUN VERB`, and the pages that are about no command.
    static func help(_ words: [String]) -> ExitStatus {
        let named = NamedCommand(words)
        if named.node.path.isEmpty, let word = named.unknown?.word, let page = HelpText.page(word) {
            StandardStreams.output(page + "\n")
            return .success
        }
        if let unknown = named.unknown { return answer(unknown, behind: named, words, prefix: ["help"]) }
        StandardStreams.output(HelpText.of(named.node) + "\n")
        return .success
    }

    /// A noun alone does nothing: its help goes to standard error, and scripts see that it is wrong.
    static func answerMissingVerb(_ node: CommandNode) -> ExitStatus {
        if FailureReport.usesJSON {
            FailureReport.print(
                CommandFailure("wrong usage", Status(code: .invalidArgument, message: "a verb is missing")))
        } else {
            StandardStreams.error(HelpText.of(node) + "\n")
        }
        return .usage
    }

    /// A word that is no command: the lines that do what other tools call so, or the nearest words, or all of them.
    private static func answer(
        _ unknown: (word: String, index: Int), behind named: NamedCommand, _ arguments: [String],
        prefix: [String] = []
    ) -> ExitStatus {
        let (node, word) = (named.node, unknown.word)
        let kind = node.path.isEmpty ? "command" : "verb of \(node.path.joined(separator: " "))"
        var status = Status(code: .invalidArgument, message: "'\(word)' is no \(kind)")
        let foreign = ForeignWords.remedies(node.path.joined(separator: " "), word, named.rest)
        let nearest = Spelling.nearest(to: word, of: node.children.flatMap(\.names))
        if !foreign.isEmpty {
            status.message += "; this does it"
            status.remedies = foreign
        } else if !nearest.isEmpty {
            status.message += "; did you mean \(nearest.map { "'\($0)'" }.joined(separator: " or "))?"
            var corrected = arguments
            corrected[unknown.index] = nearest[0]
            status.remedies = [Remedy(description: "", command: Process.commandLine(prefix + corrected))]
        } else {
            status.message += "; there are \(node.children.map(\.name).joined(separator: ", "))"
        }
        let failure = CommandFailure("wrong usage", status)
        FailureReport.print(failure)
        return failure.exit
    }

    /// Help, or what else was asked for, a version or completions.
    private static func asked(_ message: String, _ arguments: [String]) -> String {
        guard message.contains("USAGE: ") else { return message }
        return HelpText.shortened(message, of: NamedCommand(arguments).node)
    }

    /// A list that ArgumentParser prints a line each, in one.
    private static func oneLine(_ message: String) -> String {
        let lines = message.split(separator: "\n").map(String.init)
        let items = lines.filter { $0.hasPrefix("  - ") }.map { $0.dropFirst(4) }
        let text = lines.filter { !$0.hasPrefix("  - ") }.joined(separator: " ")
        return items.isEmpty ? text : "\(text) \(items.joined(separator: ", "))"
    }

    /// The lines behind the error itself: usage, and where the help is.
    private static func hint(_ message: String) -> String {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { !$0.hasPrefix("Usage:") }.map { $0 + "\n" }.joined()
    }
}
