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
    let census: Census
    /// The process that was found last; nil: none.
    let known: ProcessHandle?

    private static let program = "qemu-storage-daemon"
    /// How long the end of a process is waited for before it is looked at again.
    private static let lookInterval = Duration.seconds(1)
    private static let retryInterval = Duration.milliseconds(50)
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

    /// In QEMU's options a comma is written twice. By scalars: a combining mark behind one makes another character.
    static func quoted(_ path: String) -> String {
        path.unicodeScalars.map { $0 == "," ? ",," : String($0) }.joined()
    }

    /// - Throws: `.unknown`.
    func presence() async throws(EngineError) -> ServerIdentity.Presence {
        let processID = try await BlockingWork.run { () throws(EngineError) -> pid_t? in
            let isInPlace = try identity.folder() != nil
            if let known, isInPlace, !known.hasEnded { return known.id }
            return try identity.processAtFirstSight(of: id)
        }
        if let processID { return .runs(processID) }
        return try await census.take(identity.all)[id] ?? .absent
    }

    /// The process's id while it runs; nil from the beginning of its end on.
    ///
    /// - Throws: `.unknown`.
    func runningID() async throws(EngineError) -> pid_t? {
        guard case .runs(let processID) = try await presence() else { return nil }
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
        let isOver = await Polling.wait(limits.startDeadline) {
            await isReady(childID) || ChildReaper.shared.hasEnded(childID)
        }
        if await isReady(childID) { return }
        // It never served anybody. One that has ended was collected, and its number may be another's.
        if !ChildReaper.shared.hasEnded(childID) { Glibc.kill(childID, SIGKILL) }
        let log = await logExcerpt()
        guard isOver else { throw EngineError(.timeout, "the process of \(id) did not start in time: \(log)") }
        throw EngineError(.failed, "the process of \(id) did not start: \(log)")
    }

    /// Waits until a process that was started a moment ago has its pid file. One that is older has lost it.
    func waitUntilReady(_ processID: pid_t) async {
        _ = await Polling.wait(limits.startDeadline) {
            if await isReady(processID) { return true }
            let age = try? await BlockingWork.run { ProcessFile.age(of: processID) }
            return (age ?? nil).map { $0 > limits.startDeadline } ?? true
        }
    }

    private func isReady(_ childID: pid_t) async -> Bool {
        (try? await BlockingWork.run { () throws(EngineError) in try identity.processInPIDFile(of: id) }) == childID
    }

    private func logExcerpt() async -> String {
        let text = try? await BlockingWork.run { () throws(EngineError) in
            try Files.read(directory.log(of: id), upTo: Self.logExcerptByteCount)
        }
        let lines = String(decoding: text ?? [], as: UTF8.self).split(separator: "\n").joined(separator: "; ")
        // It repeats its arguments, in which a comma is written twice.
        return lines.replacing(Self.quoted(directory.run) + "/", with: "").replacing(directory.run + "/", with: "")
    }

    /// Waits until the process has ended and holds nothing any more.
    ///
    /// - Returns: whether it did.
    /// - Throws: `.unknown`.
    func waitForEnd(_ deadline: Duration) async throws(EngineError) -> Bool {
        let end = ContinuousClock.now + deadline
        while true {
            ChildReaper.shared.collect()
            let found: ServerIdentity.Presence?
            do throws(EngineError) {
                found = try await presence()
            } catch {
                guard ContinuousClock.now < end else { throw error }
                found = nil
            }
            if found == .absent { return true }
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return false }
            await waitForChange(of: found, atMost: min(left, Self.lookInterval))
        }
    }

    private func waitForChange(of presence: ServerIdentity.Presence?, atMost limit: Duration) async {
        switch presence {
        case .runs(let processID), .ends(let processID):
            guard let handle = try? ProcessHandle.open(processID), !handle.hasEnded else { fallthrough }
            _ = await Polling.wait(limit) { handle.hasEnded }
        case .absent, nil:
            await Polling.pause(min(limit, Self.retryInterval))
        }
    }

    /// Ends the process whatever it does, and waits until it is gone: a power cut for its clients.
    ///
    /// - Throws: `.timeout` if the kernel does not let go of it: its disk does not answer.
    func kill() async throws(EngineError) {
        if let processID = try await runningID() {
            let process = try await BlockingWork.run { () throws(EngineError) in
                try identity.handle(of: processID, serving: id)
            }
            process?.signal(SIGKILL)
        }
        guard try await waitForEnd(limits.commandDeadline) else {
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
