import ArgumentParser

/// A noun, a verb or a single word, and what can stand behind it.
struct CommandNode {
    let type: any ParsableCommand.Type
    /// Behind the program's name: `["volume", "create"]`.
    let path: [String]

    static let root = CommandNode(type: Root.self, path: [])

    var children: [CommandNode] {
        type.configuration.subcommands.map { child in
            CommandNode(type: child, path: path + [child.configuration.commandName ?? child._commandName])
        }
    }

    var name: String { path.last ?? "" }

    /// Its name, and what else it is called.
    var names: [String] { [name] + type.configuration.aliases }

    func child(_ name: String) -> CommandNode? { children.first { $0.names.contains(name) } }
}

/// The words of a command line as far as they name a command.
struct NamedCommand {
    /// The last one that there is.
    let node: CommandNode
    /// The word behind it that names none, and its place; nil: there is none, or the command takes arguments.
    let unknown: (word: String, index: Int)?
    /// Words behind that one that are no options.
    let rest: [String]

    init(_ arguments: [String]) {
        var (node, unknown, rest): (CommandNode, (String, Int)?, [String]) = (.root, nil, [])
        var isValue = false
        for (index, word) in arguments.enumerated() {
            if isValue {
                isValue = false
            } else if word.hasPrefix("-") {
                isValue = NamedCommand.takesValue(word)
            } else if unknown != nil || node.children.isEmpty {
                rest.append(word)
            } else if let child = node.child(word) {
                node = child
            } else {
                unknown = (word, index)
            }
        }
        (self.node, self.unknown, self.rest) = (node, unknown, rest)
    }

    /// Whether a global option's value is the next word.
    private static func takesValue(_ word: String) -> Bool {
        [
            "--endpoint", "--token-file", "--project", "--profile", "-o", "--output", "--timeout", "--wait-timeout",
            "--request-id",
        ].contains(word)
    }
}
