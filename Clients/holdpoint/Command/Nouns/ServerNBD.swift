import ArgumentParser
import HoldpointClient

/// `holdpoint server nbd ID`
struct ServerNBD: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nbd", abstract: "Print an NBD URI a volume, for qemu-img, nbdcopy and nbd-client.")

    @Argument(help: "Id or unique name.", completion: .names(.server))
    var id: String

    @Option(help: ArgumentHelp("Only this volume's.", valueName: "volume"), completion: .names(.volume))
    var volume: String?

    @Flag(help: "Print the lines that mount them, too.")
    var mountHelp = false

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("server nbd \(id)") { session in
            let server = try await Server.get(id, from: session.client, session.callOptions)
            guard server.state == .running else { throw notServed(server) }
            let exports = try await wanted(of: server, session)
            switch session.settings.output {
            case .table:
                let lines = exports.flatMap { [$0.uri] + (mountHelp ? $0.mountLines : []) }
                StandardStreams.output(lines.map { Printable.line($0) + "\n" }.joined())
            case .json, .yaml, .csv, .name: try session.printer.list(exports)
            }
        }
    }

    private func wanted(of server: Server, _ session: Session) async throws -> [NBDExport] {
        guard let volume else { return server.nbd }
        let id = try await Volume.get(volume, from: session.client, session.callOptions).id
        let exports = server.nbd.filter { $0.volumeID == id }
        guard exports.isEmpty else { return exports }
        throw CommandFailure(
            session.what,
            Status(
                code: .failedPrecondition, message: "volume \(volume) is not attached to \(server.name)",
                reason: "VOLUME_NOT_ATTACHED"))
    }

    private func notServed(_ server: Server) -> CommandFailure {
        let status = Status(
            code: .failedPrecondition,
            message: "server \(server.name) is \(server.stateName): its volumes are not served",
            reason: "SERVER_NOT_RUNNING")
        guard server.state == .stopped else {
            return CommandFailure("server nbd \(id)", status).remedied(
                "see why", command: Process.commandLine(["server", "show", server.id]))
        }
        return CommandFailure("server nbd \(id)", status).remedied(
            "start it", command: Process.commandLine(["server", "start", server.id]))
    }
}

extension NBDExport {
    /// For people to choose from; each needs a package of its own.
    fileprivate var mountLines: [String] {
        [
            "    " + Process.shellLine(["qemu-nbd", "-f", "raw", "-c", "/dev/nbd0", uri])
                + " && mount /dev/nbd0 /mnt   # package qemu-utils",
            "    " + Process.shellLine(["nbdfuse", "/mnt/nbd", uri]) + "   # a file, package nbdfuse",
        ]
    }
}

extension NBDExport: Presentable {
    static let headers = ["VOLUME", "URI"]

    var presentedName: String { volumeID }

    var row: [Table.Cell] { [.init(volumeID), .init(uri)] }

    var details: [Detail] { [Detail("volume", volumeID), Detail("uri", uri)] }
}
