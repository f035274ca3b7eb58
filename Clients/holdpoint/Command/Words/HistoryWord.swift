import ArgumentParser
import HoldpointClient

/// `holdpoint history [ID-or-NAME]`
struct HistoryWord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Print what changed, newest first: when, what, by whom, by which operation, and what became of it.",
        discussion: """
            holdpoint history data-1                     also after its deletion
            holdpoint history --by admin --since 2h      somebody's of the last two hours
            holdpoint history --denied                   wrong passwords, refused credentials
            """)

    @Argument(
        help: "Id, or a name that something has or had; none: everything.",
        completion: .names(.server, .volume, .snapshot, .serverSnapshot))
    var resource: String?

    @Option(help: ArgumentHelp("Only this caller's.", valueName: "principal"))
    var by: String?

    @Option(
        help: ArgumentHelp("From then on: 2026-11-21T09:30:00Z, or so long ago: 2h.", valueName: "time"),
        transform: PastTime.parse)
    var since: Timestamp?

    @Option(help: ArgumentHelp("Until then.", valueName: "time"), transform: PastTime.parse)
    var until: Timestamp?

    @Option(
        name: .customLong("kind"),
        help: ArgumentHelp(
            "Only this kind: server, volume, snapshot, server-snapshot, operation. Repeatable.", valueName: "kind"))
    var kinds: [String] = []

    @Flag(help: "Who was refused instead: wrong passwords, credentials that are none.")
    var denied = false

    @Option(help: ArgumentHelp("At most this many; default: 100 in a table.", valueName: "count"))
    var limit: Int?

    @Flag(help: "All that is kept.")
    var all = false

    @OptionGroup var globals: GlobalOptions

    func validate() throws {
        if all, limit != nil { throw ValidationError("--all and --limit exclude each other") }
        if let limit, limit < 1 { throw ValidationError("--limit: at least 1") }
        guard denied, resource != nil || by != nil || since != nil || until != nil || !kinds.isEmpty else { return }
        throw ValidationError("--denied goes with --limit or --all alone: who was refused is nobody that is known")
    }

    func run() async throws {
        try await globals.session("history\(resource.map { " \($0)" } ?? "")") { session in
            let wanted = all ? Int.max : limit ?? (session.printer.format == .table ? ListOptions.tableLimit : .max)
            let found = try await events(session, wanted)
            try session.printer.list(found.events)
            if found.hasMore, limit == nil { session.note("there are more: --all, or --limit N") }
        }
    }

    private func events(_ session: Session, _ wanted: Int) async throws -> (events: [PastEvent], hasMore: Bool) {
        var request = ListEventsRequest(
            resource: resource ?? "", principal: by ?? "", kinds: kinds, since: since, until: until, denied: denied)
        var events: [PastEvent] = []
        for _ in 0..<Self.largestPageCount {
            request.pageSize = UInt32(min(wanted - events.count, Self.largestPageSize))
            let page = try await session.client.events.listEvents(request, options: session.callOptions)
            events += page.events
            request.pageToken = page.nextPageToken
            if page.nextPageToken.isEmpty || events.count >= wanted { break }
        }
        return (events, !request.pageToken.isEmpty)
    }

    private static let largestPageSize = 500
    /// No history is nearly as long; a server's that has no end is cut.
    private static let largestPageCount = 10_000
}

/// A time in the past.
enum PastTime {
    static func parse(_ text: String) throws -> Timestamp {
        if let duration = try? DurationText.parse(text) {
            return Timestamp(seconds: TimeText.now - duration.components.seconds)
        }
        do {
            return try Timestamp(json: "\"\(text)\"")
        } catch {
            throw ValidationError("'\(text)' is no time: write 2026-11-21T09:30:00Z, or how long ago: 2h, 3d")
        }
    }
}

extension PastEvent: Presentable {
    static let headers = ["TIME", "WHAT", "RESOURCE", "BY", "OUTCOME", "OPERATION", "FROM", "ID"]

    var presentedName: String { event?.resourceID ?? "" }

    var row: [Table.Cell] {
        let event = event ?? Event()
        let cause = event.reason.isEmpty ? "" : " (\(event.reason))"
        return [
            .init(event.time.map { TimeText.exact($0) } ?? "-"),
            .init(event.action + (attempts > 1 ? " \(attempts) times" : "") + cause),
            .init([event.kind, event.name].filter { !$0.isEmpty }.joined(separator: " ")), .init(event.principal),
            .init(outcome + (consent == nil ? "" : ", with consent"), color: Color(state: outcome)),
            .init([operationKind, event.operationID].filter { !$0.isEmpty }.joined(separator: " ")),
            .init(event.source), .init(event.resourceID),
        ]
    }

    var details: [Detail] { zip(Self.headers, row).map { Detail($0.lowercased(), $1.text) } }
}
