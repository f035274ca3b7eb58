import ArgumentParser
import HoldpointClient

/// `holdpoint status`
struct StatusWord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the server, its engine, its storage and what there is.")

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("status") { session in
            let status = try await session.client.admin.getStatus(GetStatusRequest(), options: session.callOptions)
            try session.printer.single(status)
        }
    }
}
