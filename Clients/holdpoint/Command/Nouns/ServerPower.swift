import ArgumentParser
import HoldpointClient

/// `holdpoint server start ID`
struct ServerStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "start", abstract: "Serve a server's volumes.")

    @Argument(help: "Id or unique name.", completion: .names(.server))
    var id: String

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("server start \(id)") { session in
            try await session.change(StartServerRequest(server: id)) { request, options throws(RPCError) in
                try await session.client.servers.startServer(request, options: options)
            }
        }
    }
}

/// `holdpoint server stop ID`
struct ServerStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End serving a server's volumes; they stay attached.")

    @Argument(help: "Id or unique name.", completion: .names(.server))
    var id: String

    @Flag(help: "Cut off connected NBD clients; needs consent.")
    var force = false

    @OptionGroup var consent: ConsentOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("server stop \(id)") { session in
            let stop = { (request: StopServerRequest, options: CallOptions) async throws(RPCError) in
                try await session.client.servers.stopServer(request, options: options)
            }
            var request = StopServerRequest(server: id, force: force)
            if force { request = try await session.consented(request, consent, losses: [loss], stop) }
            try await session.change(request, stop)
        }
    }

    private var loss: String {
        "NBD clients of server \(id) are cut off: what they have not flushed is lost"
    }
}
