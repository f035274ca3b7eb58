import HoldpointClient

/// What people try who know another tool, and the lines that do it here.
enum ForeignWords {
    /// - Parameters:
    ///   - noun: empty: none.
    ///   - verb: the word that there is not.
    ///   - rest: what stands behind it.
    /// - Returns: none: nobody is known to say that.
    static func remedies(_ noun: String, _ verb: String, _ rest: [String]) -> [Remedy] {
        // Not every noun has every verb.
        lines(noun, verb, rest).filter { NamedCommand($0.words).unknown == nil }.map { line in
            Remedy(description: line.description, command: Process.commandLine(line.words))
        }
    }

    private struct Line {
        let description: String
        let words: [String]
    }

    private static func lines(_ noun: String, _ verb: String, _ rest: [String]) -> [Line] {
        let subject = rest.first ?? noun.uppercased()
        switch (noun, verb) {
        case ("snapshot", "restore"), ("snapshot", "rollback"), ("snapshot", "revert"), ("snapshot", "clone"),
            ("snapshot", "copy"):
            return [
                line("a new volume of it", "volume", "create", "NAME", "--snapshot", subject),
                line("its volume back to it, in place", "volume", "revert", "VOLUME", "--snapshot", subject),
            ]
        case ("server-snapshot", "restore"), ("server-snapshot", "rollback"), ("server-snapshot", "revert"),
            ("server-snapshot", "clone"), ("server-snapshot", "copy"):
            return [
                line("a new server of it", "server", "create", "NAME", "--server-snapshot", subject),
                line("its server back to it, in place", "server", "revert", "SERVER", "--server-snapshot", subject),
            ]
        case ("server", "clone"), ("server", "copy"), ("server", "duplicate"):
            return [
                line("first its snapshot", "server-snapshot", "create", "SNAPSHOT", "--server", subject),
                line("then a server of it", "server", "create", "NAME", "--server-snapshot", "SNAPSHOT"),
            ]
        case ("volume", "clone"), ("volume", "copy"), ("volume", "duplicate"):
            return [
                line("first its snapshot", "snapshot", "create", "SNAPSHOT", "--volume", subject),
                line("then a volume of it", "volume", "create", "NAME", "--snapshot", "SNAPSHOT"),
            ]
        case ("server", "snapshot"), ("server", "backup"):
            return [line("all its volumes at one instant", "server-snapshot", "create", "--server", subject)]
        case ("volume", "snapshot"), ("volume", "backup"):
            return [line("", "snapshot", "create", "--volume", subject)]
        case ("volume", "restore"), ("volume", "rollback"):
            return [line("back in place", "volume", "revert", subject, "--snapshot", "SNAPSHOT")]
        case ("server", "restore"), ("server", "rollback"):
            return [line("back in place", "server", "revert", subject, "--server-snapshot", "SNAPSHOT")]
        case ("volume", "extend"), ("volume", "expand"), ("volume", "grow"):
            return [line("", "volume", "resize", subject, "--size", "SIZE")]
        case ("volume", "mount"), ("server", "mount"):
            return [
                line("the lines that mount", "server", "nbd", noun == "server" ? subject : "SERVER", "--mount-help")
            ]
        case (_, "get"), (_, "describe"), (_, "info"), (_, "inspect"):
            let shown = noun.isEmpty ? rest.map(singular) : [noun] + rest
            guard let first = shown.first, CommandNode.root.child(first) != nil else { return [] }
            return [line("", shown.count > 1 ? [first, "show", shown[1]] : [first, "list"])]
        case (_, "remove"), (_, "destroy"), (_, "del"):
            guard !noun.isEmpty else { return [] }
            return [line("", noun, "delete", subject)]
        case (_, "rename") where !noun.isEmpty:
            return [line("", noun, "update", subject, "--name", rest.dropFirst().first ?? "NAME")]
        case ("", "ps"): return [line("", "server", "list")]
        case ("", "df"), ("", "du"): return [line("", "space")]
        case ("", "log"), ("", "logs"), ("", "events"): return [line("", "history")]
        default:
            let known = singular(verb)
            guard noun.isEmpty, known != verb, CommandNode.root.child(known) != nil else { return [] }
            return [line("", [known] + (rest.isEmpty ? ["list"] : rest))]
        }
    }

    private static func singular(_ word: String) -> String { word.hasSuffix("s") ? String(word.dropLast()) : word }

    private static func line(_ description: String, _ words: String...) -> Line {
        Line(description: description, words: words)
    }

    private static func line(_ description: String, _ words: [String]) -> Line {
        Line(description: description, words: words)
    }
}
