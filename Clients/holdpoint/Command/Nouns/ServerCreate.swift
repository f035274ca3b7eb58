import ArgumentParser
import HoldpointClient

/// `holdpoint server create NAME`
struct ServerCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a server: empty, or from a server snapshot with copies of its volumes."
    )

    /// What `--kind` takes.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case vm
        case external

        var kind: Server.Kind { self == .vm ? .vm : .external }
    }

    @OptionGroup var fields: CreateOptions

    @Option(help: ArgumentHelp("Default: vm; from a server snapshot: as it was.", valueName: "kind"))
    var kind: Kind?

    @Option(
        help: ArgumentHelp("Make it from this server snapshot.", valueName: "server-snapshot"),
        completion: .names(.serverSnapshot))
    var serverSnapshot: String?

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("server create \(fields.name)") { session in
            var resource: Server = fields.resource()
            resource.kind = wantedKind
            let request = CreateServerRequest(server: resource, serverSnapshot: serverSnapshot ?? "")
            try await session.create(request) { request, options throws(RPCError) in
                try await session.client.servers.createServer(request, options: options)
            }
        }
    }

    /// Unspecified: the server snapshot says it.
    private var wantedKind: Server.Kind {
        kind?.kind ?? (serverSnapshot == nil ? .vm : .unspecified)
    }
}
