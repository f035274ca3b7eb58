import ArgumentParser
import HoldpointClient

/// `holdpoint server revert ID --server-snapshot ID`
struct ServerRevert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revert",
        abstract: "Give a server's volumes the bytes of one of its server snapshots, all or none.",
        discussion: """
            What all its volumes hold now is kept in a safety server snapshot first, whose name is printed. Volumes \
            that were attached since stay as they are.
            """)

    @Argument(help: "Id or unique name.", completion: .names(.server))
    var id: String

    @Option(help: ArgumentHelp("One of the server's own.", valueName: "snapshot"), completion: .names(.serverSnapshot))
    var serverSnapshot: String

    @Flag(help: "Stop it before if it runs, and serve it again afterwards.")
    var restart = false

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A volume of the snapshot that stays as it is; repeatable.", valueName: "volume"),
        completion: .names(.volume))
    var leaveOut: [String] = []

    @Flag(help: "Cut off connected NBD clients.")
    var force = false

    @OptionGroup var consent: ConsentOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("server revert \(id)") { session in
            let revert = { (request: RevertServerRequest, options: CallOptions) async throws(RPCError) in
                try await session.client.servers.revertServer(request, options: options)
            }
            let request = RevertServerRequest(
                server: id, serverSnapshot: serverSnapshot, restart: restart, leaveOut: leaveOut, force: force)
            try await session.change(
                try await session.consented(request, consent, losses: losses, revert), revert)
        }
    }

    private var losses: [String] {
        [
            "what the volumes of server \(id) hold now is replaced by server snapshot \(serverSnapshot); "
                + "a safety server snapshot of them is taken first"
        ] + (force ? ["connected NBD clients are cut off: what they have not flushed is lost"] : [])
    }
}
