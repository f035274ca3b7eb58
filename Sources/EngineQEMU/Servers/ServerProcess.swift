internal import Engine
internal import Glibc
internal import Model

/// The `qemu-storage-daemon` of one server, as the operating system sees it.
///
/// It listens for NBD clients and for one monitor client on Unix sockets, and outlives this process. Its pid file,
/// checked against its command line, is how it is found again.
struct ServerProcess: Sendable {
    let id: ServerID
    let directory: StateDirectory
    let limits: QEMULimits

    private static let program = "qemu-storage-daemon"
    private static let pollInterval = Duration.milliseconds(2)
    /// Longest command line that is looked into, in bytes.
    private static let commandLineLimitBytes = 64 << 10
    /// End of the log that an error tells, in bytes.
    private static let logExcerptByteCount = 2048

    /// The argument by which the process is known to be ours.
    private var monitorArgument: String {
        "socket,path=\(Self.quoted(directory.monitorSocket(of: id))),server=on,wait=off,id=monitor"
    }

    private var arguments: [String] {
        [
            "--chardev", monitorArgument, "--monitor", "chardev=monitor",
            "--nbd-server", "addr.type=unix,addr.path=\(Self.quoted(directory.exportSocket(of: id))),max-connections=0",
            "--pidfile", directory.pidFile(of: id),
        ]
    }

    /// In QEMU's options a comma is written twice.
    private static func quoted(_ path: String) -> String {
        path.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }

    /// Whether the process that the pid file names is ours and lives.
    private enum Presence {
        case runs(pid_t)
        /// It has let go of its memory, and perhaps not yet of its files and their locks.
        case ends
        case absent
    }

    private func presence() -> Presence {
        guard let text = try? Files.read(directory.pidFile(of: id), upTo: 32), let processID = Self.processID(in: text),
            let commandLine = try? Files.read("/proc/\(processID)/cmdline", upTo: Self.commandLineLimitBytes)
        else { return .absent }
        let arguments = commandLine.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        if arguments.contains(monitorArgument) { return .runs(processID) }
        return arguments.isEmpty && Self.isEnding(processID) ? .ends : .absent
    }

    /// Whether a process without a command line is a storage daemon with threads that have not ended yet.
    private static func isEnding(_ processID: pid_t) -> Bool {
        guard let bytes = try? Files.read("/proc/\(processID)/status", upTo: commandLineLimitBytes) else {
            return false
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        // The kernel keeps the first 15 bytes of a program's name.
        guard lines.contains("Name:\t\(program.prefix(15))") else { return false }
        return !(lines.contains { $0.hasPrefix("State:\tZ") } && lines.contains("Threads:\t1"))
    }

    /// The process's id while it runs; nil from the beginning of its end on.
    func runningID() -> pid_t? {
        guard case .runs(let processID) = presence() else { return nil }
        return processID
    }

    private func hasEnded() -> Bool {
        ChildReaper.shared.collect()
        guard case .absent = presence() else { return false }
        return true
    }

    private static func processID(in text: [UInt8]) -> pid_t? {
        let digits = String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        guard let processID = pid_t(digits), processID > 0 else { return nil }
        return processID
    }

    /// Starts the process and waits until it is ready for a monitor client: a client that comes before the pid file is
    /// there can hang the monitor for ever.
    func start() async throws(EngineError) {
        let childID = try await BlockingWork.run { () throws(EngineError) in
            try Folders.make(directory.run)
            let log = directory.log(of: id)
            return try Files.withDescriptor(of: log, flags: O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, mode: 0o600) {
                descriptor throws(EngineError) in
                try ChildProcess.spawn(Self.program, arguments, in: directory.layers, output: descriptor)
            }
        }
        ChildReaper.shared.add(childID)
        let isReady = await Polling.wait(limits.startDeadline, every: Self.pollInterval) {
            runningID() == childID || ChildReaper.shared.hasEnded(childID)
        }
        if runningID() == childID { return }
        Glibc.kill(childID, SIGKILL)
        guard isReady else { throw EngineError(.timeout, "the process of \(id) did not start in time: \(logExcerpt)") }
        throw EngineError(.failed, "the process of \(id) did not start: \(logExcerpt)")
    }

    private var logExcerpt: String {
        let text = (try? Files.read(directory.log(of: id), upTo: Self.logExcerptByteCount)) ?? []
        return String(decoding: text, as: UTF8.self).split(separator: "\n").joined(separator: "; ")
    }

    /// Waits until the process has ended and holds nothing any more.
    ///
    /// - Returns: whether it did.
    func waitForEnd(_ deadline: Duration) async -> Bool {
        await Polling.wait(deadline, every: Self.pollInterval) { hasEnded() }
    }

    /// Ends the process whatever it does, and waits until it is gone.
    ///
    /// - Throws: `.timeout` if the kernel does not let go of it: its disk does not answer.
    func kill() async throws(EngineError) {
        if let processID = runningID() { Glibc.kill(processID, SIGKILL) }
        guard await waitForEnd(limits.commandDeadline) else {
            throw EngineError(.timeout, "the process of \(id) cannot be ended")
        }
    }

    /// Removes what is left of a process that ended.
    func removeFiles() throws(EngineError) {
        try Files.remove(directory.pidFile(of: id))
        try Files.remove(directory.monitorSocket(of: id))
        try Files.remove(directory.exportSocket(of: id))
        try Files.remove(directory.log(of: id))
    }
}
