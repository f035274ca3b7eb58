import ArgumentParser
import HoldpointClient

/// `… show ID`
struct Show<Item: Showable>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "show", abstract: "Show everything about one.")
    }

    @Argument(help: "Id or unique name.", completion: .names(noun: Item.noun))
    var id: String

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("\(Item.noun) show \(id)") { session in
            try session.printer.single(try await Item.get(id, from: session.client, session.callOptions))
        }
    }
}
