internal import CLinux
internal import Engine
internal import Glibc
internal import Model

/// The `qemu-storage-daemon` of one server, as the operating system sees it.
///
/// It listens for NBD clients and for one monitor client on Unix sockets, and outlives this process. How it is found
/// again, and known to be ours, is `ServerIdentity`'s.
struct ServerProcess: Sendable {
    let id: ServerID
    let directory: StateDirectory
    let limits: QEMULimits
    let identity: ServerIdentity

    private static let program = "qemu-storage-daemon"
    private static let pollInterval = Duration.milliseconds(2)
    /// End of the log that an error tells, in bytes.
    private static let logExcerptByteCount = 2048

    private var arguments: [String] {
        let monitor = Self.quoted(directory.monitorSocket(of: id))
        let exports = Self.quoted(directory.exportSocket(of: id))
        return [
            "--chardev", "socket,path=\(monitor),server=on,wait=off,id=monitor", "--monitor", "chardev=monitor",
            "--nbd-server", "addr.type=unix,addr.path=\(exports),max-connections=0",
            ServerIdentity.option, directory.pidFile(of: id),
        ]
    }

    /// In QEMU's options a comma is written twice.
    private static func quoted(_ path: String) -> String {
        path.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }

    /// - Throws: `.unknown`.
    func presence() throws(EngineError) -> ServerIdentity.Presence {
        try identity.presence(of: id)
    }

    /// The process's id while it runs; nil from the beginning of its end on.
    ///
    /// - Throws: `.unknown`.
    func runningID() throws(EngineError) -> pid_t? {
        guard case .runs(let processID) = try presence() else { return nil }
        return processID
    }

    /// Starts the process and waits until it is ready for a monitor client: a client that comes before the pid file is
    /// there can hang the monitor for ever. None of this server may be there.
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
        let isOver = await Polling.wait(limits.startDeadline, every: Self.pollInterval) {
            isReady(childID) || ChildReaper.shared.hasEnded(childID)
        }
        if isReady(childID) { return }
        // It never served anybody. One that has ended was collected, and its number may be another's.
        if !ChildReaper.shared.hasEnded(childID) { Glibc.kill(childID, SIGKILL) }
        guard isOver else { throw EngineError(.timeout, "the process of \(id) did not start in time: \(logExcerpt)") }
        throw EngineError(.failed, "the process of \(id) did not start: \(logExcerpt)")
    }

    /// Waits until a process that was started a moment ago has its pid file. One that is older has lost it.
    func waitUntilReady(_ processID: pid_t) async throws(EngineError) {
        _ = await Polling.wait(limits.startDeadline, every: Self.readyInterval) {
            if isReady(processID) { return true }
            guard let age = ProcessFile.age(of: processID) else { return true }
            return age > limits.startDeadline
        }
    }

    private static let readyInterval = Duration.milliseconds(10)

    private func isReady(_ childID: pid_t) -> Bool {
        (try? identity.processInPIDFile(of: id)) == childID
    }

    private var logExcerpt: String {
        let text = (try? Files.read(directory.log(of: id), upTo: Self.logExcerptByteCount)) ?? []
        return String(decoding: text, as: UTF8.self).split(separator: "\n").joined(separator: "; ")
    }

    /// Waits until the process has ended and holds nothing any more.
    ///
    /// - Returns: whether it did.
    /// - Throws: `.unknown`.
    func waitForEnd(_ deadline: Duration) async throws(EngineError) -> Bool {
        var unknown: EngineError?
        let hasEnded = await Polling.wait(deadline, every: Self.pollInterval) {
            ChildReaper.shared.collect()
            do throws(EngineError) {
                unknown = nil
                guard case .absent = try presence() else { return false }
                return true
            } catch {
                unknown = error
                return false
            }
        }
        if let unknown { throw unknown }
        return hasEnded
    }

    /// Ends the process whatever it does, and waits until it is gone: a power cut for its clients.
    ///
    /// - Throws: `.timeout` if the kernel does not let go of it: its disk does not answer.
    func kill() async throws(EngineError) {
        if let processID = try runningID() { try signalIfStillOurs(processID) }
        guard try await waitForEnd(limits.commandDeadline) else {
            throw EngineError(.timeout, "the process of \(id) cannot be ended")
        }
    }

    /// Between the look and the signal the number could have got to somebody else.
    private func signalIfStillOurs(_ processID: pid_t) throws(EngineError) {
        let process = linux_open_process(processID)
        if process == -ESRCH { return }
        guard process >= 0 else { throw .unknown("what process \(processID) is", code: -process) }
        defer { close(process) }
        guard try runningID() == processID else { return }
        _ = linux_signal_process(process, SIGKILL)
    }

    /// Removes what is left of a process that ended.
    func removeFiles() throws(EngineError) {
        try Files.remove(directory.pidFile(of: id))
        try Files.remove(directory.monitorSocket(of: id))
        try Files.remove(directory.exportSocket(of: id))
        try Files.remove(directory.log(of: id))
    }
}
