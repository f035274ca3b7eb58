internal import Engine
internal import Glibc
internal import Model

/// Knows the processes of servers: by the folder that they work in, the layers' (its inode, not its path: that may be
/// spelled through a link, or renamed), and by the server's id at the end of one argument.
///
/// A pid file only says where to look first: it may be lost while its process lives. So "absent" is concluded from a
/// look at every process, and from nothing less. Calls block.
struct ServerIdentity: Sendable {
    let directory: StateDirectory
    /// The layers' folder as it was at the start: another one in its place (a disk that is mounted no more, say) would
    /// make every process look absent. nil: it was not looked at yet.
    var knownFolder: FileIdentity?

    /// The argument behind it names the pid file, and so the server.
    static let option = "--pidfile"
    private static let program = "qemu-storage-daemon"
    /// The kernel keeps so many bytes of a program's name.
    private static let programNameByteCount = 15

    /// Whether a server has a process.
    enum Presence: Equatable {
        case runs(pid_t)
        /// It has let go of its memory, and perhaps not yet of its files and their locks.
        case ends(pid_t)
        case absent
    }

    /// Looks only where the pid file says.
    ///
    /// - Returns: nil: it is not there, so all must be looked at.
    /// - Throws: `.unknown`.
    func processAtFirstSight(of id: ServerID) throws(EngineError) -> pid_t? {
        let folder = try folder()
        guard let processID = try processInPIDFile(of: id), try server(of: processID, in: folder) == .server(id) else {
            return nil
        }
        return processID
    }

    /// A process that was found to be a server's, if it is: its number may have got to another one since.
    ///
    /// - Throws: `.unknown`.
    func handle(of processID: pid_t, serving id: ServerID) throws(EngineError) -> ProcessHandle? {
        guard let handle = try ProcessHandle.open(processID), try server(of: processID, in: folder()) == .server(id),
            !handle.hasEnded
        else { return nil }
        return handle
    }

    /// Every process of a server that works in the layers' folder, whether or not anybody knows that server.
    ///
    /// - Throws: `.unknown`.
    func all() throws(EngineError) -> [ServerID: Presence] {
        let folder = try folder()
        var found: [ServerID: Presence] = [:]
        var endingProcesses: Set<pid_t> = []
        for processID in try ProcessFile.allIDs() {
            switch try server(of: processID, in: folder) {
            case .server(let id): found[id] = .runs(processID)
            case .ending: endingProcesses.insert(processID)
            case nil: break
            }
        }
        if !endingProcesses.isEmpty {
            for id in try directory.serversWithPIDFile() where found[id] == nil {
                guard let processID = try processInPIDFile(of: id) else { continue }
                if endingProcesses.contains(processID) { found[id] = .ends(processID) }
            }
        }
        return found
    }

    /// What the pid file says, right or wrong; nil: there is none, or nothing in it.
    ///
    /// - Throws: `.unknown`.
    func processInPIDFile(of id: ServerID) throws(EngineError) -> pid_t? {
        let path = directory.pidFile(of: id)
        let text: [UInt8]
        do {
            // What stands there instead of a file names nobody.
            guard let status = try Files.status(of: path), status.st_mode & S_IFMT == S_IFREG else { return nil }
            text = try Files.read(path, upTo: 32)
        } catch {
            // Gone between the two calls, or nobody can tell.
            if case .some(.none) = try? Files.status(of: path) { return nil }
            throw EngineError(.unknown, "it cannot be found out which process \(id) has: \(error.message)")
        }
        let digits = String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        guard let processID = pid_t(digits), processID > 0 else { return nil }
        return processID
    }

    private enum Known: Equatable {
        case server(ServerID)
        /// A storage daemon that has no arguments any more, so nobody can say whose it is.
        case ending
    }

    private func server(of processID: pid_t, in folder: FileIdentity?) throws(EngineError) -> Known? {
        guard let arguments = try ProcessFile.arguments(of: processID) else { return nil }
        if arguments.isEmpty { return try Self.isEnding(processID) ? .ending : nil }
        guard let option = arguments.lastIndex(of: Self.option), option + 1 < arguments.count,
            let id = StateDirectory.server(ofPIDFile: arguments[option + 1]),
            let folder, try ProcessFile.workingFolder(of: processID) == folder
        else { return nil }
        return .server(id)
    }

    /// Whether a process without arguments is a storage daemon with threads that have not ended yet.
    private static func isEnding(_ processID: pid_t) throws(EngineError) -> Bool {
        guard let lines = try ProcessFile.status(of: processID),
            lines.contains("Name:\t\(program.prefix(programNameByteCount))")
        else { return false }
        return !(lines.contains { $0.hasPrefix("State:\tZ") } && lines.contains("Threads:\t1"))
    }

    /// - Returns: nil: there is none, so nobody works in it.
    func folder() throws(EngineError) -> FileIdentity? {
        let folder: FileIdentity?
        do {
            folder = try Files.status(of: directory.layers).map(FileIdentity.init)
        } catch {
            throw EngineError(.unknown, "it cannot be found out who works on the layers: \(error.message)")
        }
        guard knownFolder == nil || folder == knownFolder else {
            throw EngineError(
                .unknown, "the layers' folder is not the one that it was at the start; put that back in its place",
                cause: directory.layers)
        }
        return folder
    }
}
