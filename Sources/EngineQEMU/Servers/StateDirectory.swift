internal import Engine
internal import Model

/// Where the engine keeps its files.
struct StateDirectory: Sendable {
    /// Sockets, pid files and logs of the servers' processes.
    let run: String
    /// The images of the layers.
    let layers: String
    /// Files that were found among the layers and are none; nothing here is ever deleted. Below the layers, so that it
    /// is on their file system whatever is mounted there: files are renamed into it. Made when it is needed.
    let quarantine: String
    /// Where versions before 0.2 had images on their way out, and the quarantine.
    let formerTrash: String
    let formerQuarantine: String
    /// Which folder the layers were in; see `FolderMark`.
    let layersMark: String

    /// - Parameter path: absolute.
    /// - Throws: `.failed` if the path is relative, or so long that no socket below it can have an address.
    init(_ path: String) throws(EngineError) {
        guard path.hasPrefix("/") else {
            throw EngineError(.failed, "the state directory's path is not absolute: \(path)")
        }
        run = "\(path)/run"
        layers = "\(path)/layers"
        quarantine = "\(layers)/.quarantine"
        formerTrash = "\(path)/trash"
        formerQuarantine = "\(path)/quarantine"
        layersMark = "\(path)/layers-id"
        let longestSocket = monitorSocket(of: ServerID(stored: Self.idShape))
        let excess = longestSocket.utf8.count - UnixSocket.maximumPathByteCount
        guard excess <= 0 else {
            throw EngineError(
                .failed, "the state directory's path is \(excess) bytes too long for Unix sockets: \(path)")
        }
    }

    /// As long as every server's id.
    private static let idShape = "srv-aaaaaaaaaaaa"

    func monitorSocket(of server: ServerID) -> String { "\(run)/\(server).qmp" }
    func exportSocket(of server: ServerID) -> String { "\(run)/\(server).nbd" }
    func pidFile(of server: ServerID) -> String { "\(run)/\(server)\(Self.pidSuffix)" }
    func log(of server: ServerID) -> String { "\(run)/\(server).log" }

    private static let pidSuffix = ".pid"

    /// Servers that have a pid file, whether or not the process still runs.
    func serversWithPIDFile() throws(EngineError) -> [ServerID] {
        try Files.names(in: run).compactMap(Self.server(ofPIDFile:))
    }

    /// The server whose pid file has this path; nil: it is no pid file's.
    static func server(ofPIDFile path: String) -> ServerID? {
        guard path.hasSuffix(pidSuffix), let name = path.split(separator: "/").last else { return nil }
        return ServerID(String(name.dropLast(pidSuffix.count)))
    }
}
