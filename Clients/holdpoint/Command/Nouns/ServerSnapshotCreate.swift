import ArgumentParser
import HoldpointClient

/// `holdpoint server-snapshot create [NAME] --server ID`
struct ServerSnapshotCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Take a snapshot of a server and all its volumes, at one instant.")

    @OptionGroup var fields: SnapshotOptions

    @Option(help: ArgumentHelp("The server to take it of.", valueName: "server"), completion: .names(.server))
    var server: String

    @Option(help: ArgumentHelp("Take none that would be worse.", valueName: "grade"))
    var require: RequiredGrade?

    @OptionGroup var cut: CutOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("server-snapshot create\(fields.words)") { session in
            let request = CreateServerSnapshotRequest(
                serverSnapshot: fields.resource(), server: server, require: require?.grade ?? .unspecified,
                cutTimeoutMilliseconds: cut.milliseconds)
            try await session.create(request) { request, options throws(RPCError) in
                try await session.client.serverSnapshots.createServerSnapshot(request, options: options)
            }
        }
    }
}
