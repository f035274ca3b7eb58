import ArgumentParser
import HoldpointClient

/// `… list`
struct List<Item: Listable>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: "List them: a table shows \(ListOptions.tableLimit) at most, the other forms all.",
            aliases: ["ls"])
    }

    @OptionGroup var filters: Item.Filters
    @OptionGroup var options: ListOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("\(Item.noun) list") { session in
            let session = try session.styled(options, Item.headers)
            var request = Item.Filters.Request()
            request.filter = options.filter ?? ""
            request.orderBy = options.orderBy ?? Item.defaultOrder
            filters.apply(to: &request)
            let limit = options.count(in: session.printer.format)
            let hasMore = try await session.list(Item.self, request, limit: limit)
            guard hasMore, options.limit == nil else { return }
            try await session.noteRest(Item.self, request, shown: ListOptions.tableLimit)
        }
    }
}

extension Session {
    /// Prints a list page by page as it comes.
    ///
    /// - Returns: whether the limit cut it.
    fileprivate func list<Item: Listable>(
        _: Item.Type, _ request: Item.Filters.Request, limit: Int?
    ) async throws -> Bool {
        let page = { (request: Item.Filters.Request) async throws(RPCError) in
            try await Item.page(request, from: client, callOptions)
        }
        // Its header has the fields of all objects, so it needs them all.
        guard printer.format != .csv else {
            let listing = try await client.listing(request, limit: limit, page: page)
            try printer.list(listing.items)
            return listing.hasMore
        }
        var pages = PagePrinter<Item>(printer)
        let hasMore = try await client.pages(request, limit: limit, page: page) { items in
            StandardStreams.output(try pages.text(items))
            return !StandardStreams.isOutputClosed
        }
        StandardStreams.output(pages.end)
        return hasMore
    }
}

extension Session {
    /// Says how many more there are; it counts no further than some thousands.
    fileprivate func noteRest<Item: Listable>(
        _: Item.Type, _ request: Item.Filters.Request, shown: Int
    ) async throws {
        var count = 0
        let page = { (request: Item.Filters.Request) async throws(RPCError) in
            try await Item.page(request, from: client, callOptions)
        }
        let isLonger = try await client.pages(request, limit: ListOptions.countedLimit, page: page) { items in
            count += items.count
            return true
        }
        let rest = max(count - shown, 0)
        note("\(isLonger ? "more than \(rest)" : "\(rest)") more: --all, or --limit N")
    }

    /// With the columns that were asked for.
    func styled(_ options: ListOptions, _ headers: [String]) throws -> Session {
        guard options.columns != nil || options.noHeaders else { return self }
        guard settings.output == .table else {
            throw ValidationError("--columns and --no-headers go with tables")
        }
        var session = self
        session.printer.style.columns = try options.columns.map { try TableStyle.columns($0, of: headers) }
        session.printer.style.hasHeaders = !options.noHeaders
        return session
    }
}

/// What every `list` takes.
struct ListOptions: ParsableArguments {
    /// Of a table, for want of any other.
    static let tableLimit = 100
    /// As far as it is counted how many there are.
    static let countedLimit = 10_000

    @Option(help: ArgumentHelp("field op value AND …; ops: = != < <= > >= and : (contains).", valueName: "expression"))
    var filter: String?

    @Option(help: ArgumentHelp("Field to sort by; \"FIELD desc\": the other way round.", valueName: "field"))
    var orderBy: String?

    @Option(help: ArgumentHelp("At most this many.", valueName: "count"))
    var limit: Int?

    @Flag(help: "All of them.")
    var all = false

    @Option(help: ArgumentHelp("Only these columns of the table: NAME,STATE.", valueName: "columns"))
    var columns: String?

    @Flag(help: "No line of headers.")
    var noHeaders = false

    /// Nil: without a limit.
    func count(in format: OutputFormat) -> Int? {
        all ? nil : limit ?? (format == .table ? ListOptions.tableLimit : nil)
    }

    func validate() throws {
        if all, limit != nil { throw ValidationError("--all and --limit exclude each other") }
        if let limit, limit < 1 { throw ValidationError("--limit: at least 1") }
    }
}
