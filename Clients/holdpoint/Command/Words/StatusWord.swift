import ArgumentParser
import HoldpointClient

/// `holdpoint status`
struct StatusWord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show whether all is well: what is not, since when, and the line that helps.",
        discussion: "Then the server, its engine, its storage and what there is.")

    @Flag(help: "Exit 4 if something is wrong, 7 if something does not work or data is in danger.")
    var check = false

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("status") { session in
            let status = try await session.client.admin.getStatus(GetStatusRequest(), options: session.callOptions)
            if session.printer.format == .table {
                StandardStreams.output(status.problems.flatMap(\.lines).map { Printable.line($0) + "\n" }.joined())
            }
            try session.printer.single(status)
            guard check, let code = status.failure else { return }
            throw CommandFailure(session.what, Status(code: code, message: status.verdict))
        }
    }
}
