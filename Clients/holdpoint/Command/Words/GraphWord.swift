import ArgumentParser
import HoldpointClient

/// `holdpoint graph [ID]`
struct GraphWord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Show what holds what, as a tree.")

    @Argument(
        help: "Only what holds this one and what it holds: id or unique name.",
        completion: .names(.server, .volume, .snapshot, .serverSnapshot))
    var id: String?

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("graph" + (id.map { " \($0)" } ?? "")) { session in
            let inventory = try await session.inventory()
            var forest = Graph(inventory).forest
            if let id {
                let chosen = try GraphWord.only(inventory.candidates(id), id)
                forest = forest.compactMap { $0.around(chosen) }
            }
            if forest.isEmpty { session.note("there is nothing yet") }
            StandardStreams.output(GraphWord.text(forest, session.settings.output, session.terminal.outputLines))
        }
    }

    static func text(_ forest: [GraphNode], _ format: OutputFormat, _ lines: TextTree.Lines) -> String {
        switch format {
        case .table: TextTree(forest).lines(lines).map { $0 + "\n" }.joined()
        case .name: GraphNode.ids(forest).map { $0 + "\n" }.joined()
        case .json, .yaml, .csv: Printer.text(.array(forest.map(\.tree)), format)
        }
    }

    /// The id of the only candidate.
    static func only(_ candidates: [any HoldpointResource], _ reference: String) throws(RPCError) -> String {
        guard let first = candidates.first else {
            throw RPCError(.notFound, "there is nothing called \(reference)", reason: "NOT_FOUND")
        }
        guard candidates.count == 1 else {
            throw RPCError(
                .invalidArgument, "there are \(candidates.count) of that name: give the id", reason: "AMBIGUOUS_NAME",
                blockers: candidates.map {
                    Blocker(kind: type(of: $0).noun, id: $0.id, name: $0.name, reason: "AMBIGUOUS_NAME")
                })
        }
        return first.id
    }
}
