import ArgumentParser
import HoldpointClient

/// `… list`
struct List<Item: Listable>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list", abstract: "List them: the first \(ListOptions.defaultLimit), unless told otherwise.")
    }

    @OptionGroup var filters: Item.Filters
    @OptionGroup var options: ListOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("\(Item.noun) list") { session in
            var request = Item.Filters.Request()
            request.filter = options.filter ?? ""
            request.orderBy = options.orderBy ?? ""
            filters.apply(to: &request)
            let listing = try await session.client.listing(request, limit: options.count) { page throws(RPCError) in
                try await Item.page(page, from: session.client, session.callOptions)
            }
            try session.printer.list(listing.items)
            if listing.hasMore, options.limit == nil { session.note("there are more: --all, or --limit N") }
        }
    }
}

/// What every `list` takes.
struct ListOptions: ParsableArguments {
    static let defaultLimit = 100

    @Option(help: ArgumentHelp("field op value AND …; ops: = != < <= > >= and : (contains).", valueName: "expression"))
    var filter: String?

    @Option(help: ArgumentHelp("Field to sort by; \"FIELD desc\": the other way round.", valueName: "field"))
    var orderBy: String?

    @Option(help: ArgumentHelp("At most this many.", valueName: "count"))
    var limit: Int?

    @Flag(help: "All of them.")
    var all = false

    /// Nil: without a limit.
    var count: Int? { all ? nil : limit ?? ListOptions.defaultLimit }

    func validate() throws {
        if all, limit != nil { throw ValidationError("--all and --limit exclude each other") }
        if let limit, limit < 1 { throw ValidationError("--limit: at least 1") }
    }
}
