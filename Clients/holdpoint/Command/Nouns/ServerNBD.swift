import ArgumentParser
import HoldpointClient

/// `holdpoint server nbd ID`
struct ServerNBD: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nbd", abstract: "Print an NBD URI a volume, for qemu-img, nbdcopy and nbd-client.")

    @Argument(help: "Id or unique name.")
    var id: String

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("server nbd \(id)") { session in
            let server = try await Server.get(id, from: session.client, session.callOptions)
            switch session.settings.output {
            case .table: StandardStreams.output(server.nbd.map { Printable.line($0.uri) + "\n" }.joined())
            case .json, .yaml, .csv, .name: try session.printer.list(server.nbd)
            }
        }
    }
}

extension NBDExport: Presentable {
    static let headers = ["VOLUME", "URI"]

    var presentedName: String { volumeID }

    var row: [Table.Cell] { [.init(volumeID), .init(uri)] }

    var details: [Detail] { [Detail("volume", volumeID), Detail("uri", uri)] }
}
