import ArgumentParser

/// Help on one screen: what ArgumentParser says, with examples, and without the options that every command has.
enum HelpText {
    /// - Parameter node: what it is the help of.
    static func of(_ node: CommandNode) -> String {
        shortened(Root.helpMessage(for: node.type), of: node)
    }

    static func shortened(_ message: String, of node: CommandNode) -> String {
        var text = message
        if let block = text.firstRange(of: globalOptions) { text.removeSubrange(block) }
        if !node.path.isEmpty { text = text.replacing("  --version               Show the version.\n", with: "") }
        if let examples = Examples.lines(of: node), let usage = text.firstRange(of: "USAGE: ") {
            let end = text[usage.upperBound...].firstRange(of: "\n\n")?.upperBound ?? text.endIndex
            text.insert(contentsOf: "EXAMPLES:\n" + examples.map { "  \($0)\n" }.joined() + "\n", at: end)
        }
        while text.hasSuffix("\n") { text.removeLast() }
        return text + "\n\n  Options of all commands: holdpoint help options"
    }

    /// `holdpoint help options`, `holdpoint help filters`; nil: another word.
    static func page(_ name: String) -> String? {
        switch name {
        case "options":
            "Options of all commands, before or after the verb; the later wins. Each but\n"
                + "--request-id, --dry-run, --if-absent, --ignore-missing and --wait-busy is a\n"
                + "variable too (HOLDPOINT_ and its name, as HOLDPOINT_ENDPOINT), and may stand in a\n"
                + "profile of ~/.config/holdpoint/config.yaml.\n\n" + globalOptions
        case "filters": filters
        default: nil
        }
    }

    /// As they stand in the help of each command.
    static var globalOptions: String {
        let lines = GlobalOptions.helpMessage().split(separator: "\n", omittingEmptySubsequences: false)
        let options = lines.drop { $0 != "OPTIONS:" }.dropFirst().prefix {
            !$0.isEmpty && !$0.hasPrefix("  -h, --help")
        }
        return options.map { $0 + "\n" }.joined()
    }

    private static let filters = """
        --filter 'FIELD OP VALUE AND FIELD OP VALUE …'

        OP is one of = != < <= > >= and : (contains). Sizes take units (10GiB, 512M), times
        are 2026-01-31T12:00:00Z; a value with spaces stands in double quotes.

        all               id name create_time labels.KEY
        server            kind state
        volume            state size_bytes server_id source_snapshot_id
        snapshot          state volume_id server_snapshot_id size_bytes consistency cut_time
        server-snapshot   state server_id consistency cut_time
        operation         kind state (and id, create_time; no name, no labels)
        space             kind volume_id server_snapshot_id own_bytes exclusive_bytes frees_bytes

        holdpoint snapshot list --filter 'name : before AND size_bytes >= 10GiB'
        holdpoint volume list --filter 'labels.team = web AND state != IN_USE'
        """
}
