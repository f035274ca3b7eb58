import ArgumentParser
import HoldpointClient
import Testing

@testable import HoldpointCommand

/// Help fits one screen, its examples are commands, and words that are nearly right are answered.
@Suite struct HelpTests {
    private static let largestLineCount = 40

    private static let nodes: [CommandNode] = {
        var (all, next) = ([CommandNode](), [CommandNode.root])
        while let node = next.popLast() {
            all.append(node)
            next += node.children
        }
        return all
    }()

    @Test func everyHelpFitsOneScreen() {
        #expect(HelpTests.nodes.count > 50)
        for node in HelpTests.nodes {
            let lines = HelpText.of(node).split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= Self.largestLineCount, "\(node.path): \(lines.count) lines")
            for line in lines { #expect(line.count <= 80, "\(node.path): \(line)") }
            #expect(!lines.contains { $0.contains("--endpoint") }, "\(node.path) shows the options of all")
            #expect(lines.contains { $0.contains("holdpoint help options") })
        }
        for page in ["options", "filters"] {
            let text = HelpText.page(page) ?? ""
            #expect(text.contains(page == "options" ? "--endpoint" : "labels.KEY"))
            for line in text.split(separator: "\n") { #expect(line.count <= 90, "\(line)") }
        }
        #expect(HelpText.page("volume") == nil)
    }

    /// Each command that is run has two examples at least, and ArgumentParser takes them.
    @Test func everyExampleIsACommand() async throws {
        for node in HelpTests.nodes where node.children.isEmpty {
            let lines = Examples.lines(of: node) ?? []
            #expect(lines.count >= 2, "\(node.path) has no two examples")
            for line in lines {
                let words = ShellWords.split(line)
                #expect(words.first == "holdpoint")
                let command = try Root.parseAsRoot(Array(words.dropFirst()))
                #expect(type(of: command) == node.type, "\(line)")
                #expect(HelpText.of(node).contains(line), "\(line)")
            }
        }
    }

    @Test(arguments: [
        ("volum list", "holdpoint volume list"), ("vol lst --limit 3", "holdpoint vol list --limit 3"),
        ("-o name volume shwo data-1", "holdpoint -o name volume show data-1"), ("stats", "holdpoint status"),
        ("server-snapshot craete x --server y", "holdpoint server-snapshot create x --server y"),
        ("help volum", "holdpoint help volume"),
    ])
    func misspeltWordsAreAnsweredWithTheNearest(words: String, line: String) async throws {
        try await expect(words, [line])
    }

    @Test(arguments: [
        (
            "snapshot restore before",
            [
                "holdpoint volume create NAME --snapshot before", "holdpoint volume revert VOLUME --snapshot before",
            ]
        ),
        (
            "server clone web-1",
            [
                "holdpoint server-snapshot create SNAPSHOT --server web-1",
                "holdpoint server create NAME --server-snapshot SNAPSHOT",
            ]
        ),
        ("server snapshot web-1", ["holdpoint server-snapshot create --server web-1"]),
        ("volume grow data-1", ["holdpoint volume resize data-1 --size SIZE"]),
        ("get volumes", ["holdpoint volume list"]), ("describe volume data-1", ["holdpoint volume show data-1"]),
        ("snapshots", ["holdpoint snapshot list"]), ("volume remove data-1", ["holdpoint volume delete data-1"]),
    ])
    func wordsFromElsewhereAreAnsweredWithTheLines(words: String, lines: [String]) async throws {
        try await expect(words, lines)
    }

    private func expect(_ words: String, _ lines: [String]) async throws {
        let arguments = words.split(separator: " ").map(String.init)
        try await withCommand { _ in
        } _: { command in
            let answered = try await command.run(arguments)
            #expect(answered.code == 2 && answered.output.isEmpty)
            let printed = answered.error.split(separator: "\n").dropFirst().map { line in
                String(line.split(separator: "  #")[0].drop { $0 == " " })
            }
            #expect(printed == lines, "\(answered.error)")
        }
    }

    /// What was asked for is output and success; a noun alone is neither.
    @Test(arguments: [
        "--help", "help", "volume --help", "help volume", "volume create -h", "help volume create", "help filters",
        "admin quarantine --help",
    ])
    func helpThatIsAskedForIsNoMistake(words: String) async throws {
        try await withCommand { _ in
        } _: { command in
            let helped = try await command.run(words.split(separator: " ").map(String.init))
            #expect(helped.code == 0 && helped.error.isEmpty && helped.output.contains("holdpoint"))
            #expect(!helped.output.contains("--endpoint"))
        }
    }

    @Test(arguments: ["", "volume", "admin quarantine"])
    func aNounAloneIsAMistake(words: String) async throws {
        try await withCommand { _ in
        } _: { command in
            let answered = try await command.run(words.split(separator: " ").map(String.init))
            #expect(answered.code == 2 && answered.output.isEmpty && answered.error.contains("USAGE: holdpoint"))
        }
    }

    /// Not every noun has every verb, and no line is told that is none.
    @Test func everyLineThatIsToldIsACommand() {
        let nouns = [""] + CommandNode.root.children.map(\.name) + ["admin quarantine"]
        let words = [
            "get", "info", "remove", "rename", "restore", "clone", "copy", "snapshot", "grow", "mount", "ps", "df",
            "logs", "volumes", "admins",
        ]
        var count = 0
        for noun in nouns {
            for word in words {
                for remedy in ForeignWords.remedies(noun, word, ["data-1"]) {
                    let line = ShellWords.split(remedy.command).dropFirst()
                    let named = NamedCommand(Array(line))
                    #expect(named.unknown == nil && named.node.children.isEmpty, "\(noun) \(word): \(remedy.command)")
                    count += 1
                }
            }
        }
        #expect(count > 30)
    }

    @Test func nothingIsGuessedFromAfar() {
        #expect(Spelling.nearest(to: "frobnicate", of: CommandNode.root.children.flatMap(\.names)).isEmpty)
        #expect(Spelling.nearest(to: "volmue", of: ["volume", "server"]) == ["volume"])
        #expect(Spelling.distance("", "abc") == 3 && Spelling.distance("abc", "") == 3)
        #expect(Spelling.distance("same", "same") == 0 && Spelling.distance("ab", "ba") == 1)
    }
}

/// Words of a line as a shell splits it; single quotes only.
private enum ShellWords {
    static func split(_ line: String) -> [String] {
        var (words, word, isQuoted, hasWord) = ([String](), "", false, false)
        for character in line {
            switch character {
            case "'":
                isQuoted.toggle()
                hasWord = true
            case " " where !isQuoted:
                if hasWord { words.append(word) }
                (word, hasWord) = ("", false)
            default:
                word.append(character)
                hasWord = true
            }
        }
        return hasWord ? words + [word] : words
    }
}
