import ArgumentParser
import HoldpointClient

/// `holdpoint space`
struct SpaceWord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "space",
        abstract: "Print what takes space, and what deleting each of it would free: what frees most first.",
        discussion: """
            holdpoint space --filter 'kind = snapshot AND frees_bytes > 1GiB'
            holdpoint space --order-by create_time        the oldest first
            """)

    @OptionGroup var options: ListOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("space") { session in
            let session = try session.styled(options, SpaceUse.headers)
            let request = ListSpaceRequest(filter: options.filter ?? "", orderBy: options.orderBy ?? "")
            var summary: ListSpaceResponse?
            let found = try await session.client.listing(request, limit: options.count(in: session.printer.format)) {
                request throws(RPCError) in
                let page = try await session.client.plans.listSpace(request, options: session.callOptions)
                summary = page
                return page
            }
            try session.printer.list(found.items)
            if session.printer.format == .table, let summary { session.note(summary.sentence) }
            if found.hasMore, options.limit == nil { session.note("there are more: --all, or --limit N") }
        }
    }
}

extension ListSpaceResponse {
    fileprivate var sentence: String {
        "all layers take \(ByteSize.text(layersBytes)); \(ByteSize.text(storageFreeBytes)) of "
            + "\(ByteSize.text(storageTotalBytes)) are free; see what goes with it: "
            + Process.commandLine(["plan", "delete", "ID"])
    }
}

extension SpaceUse: Presentable {
    static let headers = ["NAME", "KIND", "OF", "OWN", "EXCLUSIVE", "FREES", "CREATED", "ID"]

    var presentedName: String { id }

    var row: [Table.Cell] {
        [
            .init(serverSnapshotName.isEmpty ? name : "\(serverSnapshotName)/\(volumeName)"), .init(kind),
            .init(volumeName), .init(ByteSize.text(ownBytes)), .init(ByteSize.text(exclusiveBytes)),
            .init(ByteSize.text(freesBytes)), .init(ResourceText.relative(createTime)), .init(id),
        ]
    }

    var details: [Detail] { zip(Self.headers, row).map { Detail($0.lowercased(), $1.text) } }
}
