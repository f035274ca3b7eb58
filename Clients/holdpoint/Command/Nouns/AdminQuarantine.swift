import ArgumentParser
import HoldpointClient

/// `holdpoint admin quarantine`
struct AdminQuarantine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Data that nobody uses and that is kept until somebody decides.",
        subcommands: [QuarantineList.self, QuarantineAdopt.self, QuarantineDiscard.self])

    @OptionGroup var globals: GlobalOptions
}

/// `holdpoint admin quarantine list`
struct QuarantineList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List layers in quarantine, the oldest first.", aliases: ["ls"])

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("admin quarantine list") { session in
            try session.printer.list(try await session.quarantine())
        }
    }
}

/// `holdpoint admin quarantine adopt LAYER`
struct QuarantineAdopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Make a volume of a layer, once its data is proved to be there.")

    @Argument(help: "The layer's id.", completion: .names(.layer))
    var id: String

    @Option(help: ArgumentHelp("Of the volume; default: what the layer belonged to.", valueName: "name"))
    var name: String?

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("admin quarantine adopt \(id)") { session in
            let request = AdoptLayerRequest(layer: id, name: name ?? "")
            try await session.change(request, makesResource: true) { request, options throws(RPCError) in
                try await session.client.admin.adoptLayer(request, options: options)
            }
        }
    }
}

/// `holdpoint admin quarantine discard LAYER`
struct QuarantineDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Let a layer go for ever, with all that only it needed. Needs consent.")

    @Argument(help: "The layer's id.", completion: .names(.layer))
    var id: String

    @OptionGroup var consent: ConsentOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("admin quarantine discard \(id)") { session in
            let discard = { (request: DiscardLayerRequest, options: CallOptions) async throws(RPCError) in
                try await session.client.admin.discardLayer(request, options: options)
            }
            var request = DiscardLayerRequest(layer: id)
            let losses = session.lacksConsent(consent) ? [try await loss(session)] : []
            request = try await session.consented(request, consent, losses: losses, discard)
            let answer = try await session.send(request, discard)
            try await session.finish(answer.operation, answer.warnings)
        }
    }

    private func loss(_ session: Session) async throws -> String {
        let layer = try await session.quarantine().first { $0.id == id }
        let what = layer.map { " of \($0.origin), \(ByteSize.text($0.freesBytes)) at once" } ?? ""
        return "layer \(id)\(what) is lost for ever"
    }
}

extension Session {
    fileprivate func quarantine() async throws -> [QuarantinedLayer] {
        var (request, layers) = (ListQuarantineRequest(pageSize: 1_000), [QuarantinedLayer]())
        repeat {
            let page = try await client.admin.listQuarantine(request, options: callOptions)
            layers += page.layers
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return layers
    }
}

extension QuarantinedLayer: Presentable {
    static let headers = ["ID", "BELONGED TO", "REASON", "SIZE", "OWN", "FREES", "SINCE", "BY"]

    var presentedName: String { id }

    /// `volume data-1`
    fileprivate var origin: String {
        originName.isEmpty ? "nobody that is known" : "\(originKind) \(originName)"
    }

    var row: [Table.Cell] {
        [
            .init(id), .init(origin), .init(reason), .init(ByteSize.text(sizeBytes)), .init(ByteSize.text(ownBytes)),
            .init(ByteSize.text(freesBytes)), .init(ResourceText.relative(time)), .init(principal),
        ]
    }

    var details: [Detail] { zip(Self.headers, row).map { Detail($0.lowercased(), $1.text) } }
}
