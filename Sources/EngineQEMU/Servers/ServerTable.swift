internal import Engine
internal import Glibc
internal import Logging
internal import Model
internal import Synchronization

/// The servers' processes and the conversations with them.
final class ServerTable: Sendable {
    let directory: StateDirectory
    let limits: QEMULimits
    let lostServers = LostServerFeed()
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var connections: [ServerID: Connection] = [:]
        var lastConnectionNumber = 0
        /// Processes whose end will be told.
        var watched: [ServerID: pid_t] = [:]
        /// For starts and ends: two starts at once would be two processes.
        var turns: [ServerID: Turns] = [:]
        /// Servers whose end is wanted.
        var stopping: Set<ServerID> = []
        var isClosing = false
        var usesDirectAccess = false
        var layersFolder: FileIdentity?
    }

    /// A conversation, or the attempt to begin one: a monitor takes one client, so whoever comes meanwhile waits for
    /// it.
    private struct Connection {
        let number: Int
        let processID: pid_t
        let attempt: Task<Result<ServerMonitor, EngineError>, Never>
    }

    init(_ directory: StateDirectory, limits: QEMULimits, logger: Logger) {
        self.directory = directory
        self.limits = limits
        self.logger = logger
    }

    /// Finds the processes that run, and watches them. None is asked anything: one that does not answer would hold up
    /// all others.
    func open(usesDirectAccess: Bool) async throws(EngineError) -> [ServerID] {
        state.withLock { $0.usesDirectAccess = usesDirectAccess }
        return try await BlockingWork.run { [directory] () throws(EngineError) in
            try Folders.make(directory.run)
            let folder = try ServerIdentity(directory: directory).folder()
            self.state.withLock { $0.layersFolder = folder }
            var found: [ServerID] = []
            for case (let id, .runs(let processID)) in try self.identity.all() {
                try self.watch(id, processID)
                found.append(id)
            }
            return found.sorted { $0.rawValue < $1.rawValue }
        }
    }

    /// Ends the conversations; the processes go on.
    func close() async {
        let attempts = state.withLock { state in
            state.isClosing = true
            return state.connections.values.map(\.attempt)
        }
        for attempt in attempts {
            if case .success(let monitor) = await attempt.value { await monitor.session.close() }
        }
    }

    func process(of id: ServerID) -> ServerProcess {
        ServerProcess(id: id, directory: directory, limits: limits, identity: identity)
    }

    var identity: ServerIdentity {
        ServerIdentity(directory: directory, knownFolder: state.withLock { $0.layersFolder })
    }

    /// The monitor of a server's process, connected now if it was not.
    ///
    /// - Returns: nil if the process does not run.
    /// - Throws: `.timeout` if it runs and does not answer, `.unknown` if nobody can tell whether it runs.
    func monitor(of id: ServerID) async throws(EngineError) -> ServerMonitor? {
        let process = process(of: id)
        guard let processID = try await BlockingWork.run({ () throws(EngineError) in try process.runningID() }) else {
            try await requireEnd(of: process)
            return nil
        }
        try watch(id, processID)
        guard ProcessFile.activity(of: processID) != .stopped else {
            throw EngineError(
                .timeout,
                "the process of \(id) cannot answer: a signal or a debugger has stopped it "
                    + "(`kill -CONT \(processID)` lets it go on)")
        }
        let attempt = state.withLock { state in
            // The end of a conversation with an earlier process may not have been noticed yet.
            if let connection = state.connections[id], connection.processID == processID { return connection.attempt }
            state.lastConnectionNumber += 1
            let number = state.lastConnectionNumber
            let attempt = Task { await self.connect(to: id, processID, number: number) }
            state.connections[id] = Connection(number: number, processID: processID, attempt: attempt)
            return attempt
        }
        do throws(EngineError) {
            return try await attempt.value.get()
        } catch {
            guard error.reason == .serverLost else { throw error }
            // It ended meanwhile.
            try await requireEnd(of: process)
            return nil
        }
    }

    /// What follows may open what the process still holds for a moment.
    private func requireEnd(of process: ServerProcess) async throws(EngineError) {
        guard try await process.waitForEnd(limits.commandDeadline) else {
            throw EngineError(.timeout, "the process of \(process.id) does not end: its disk does not answer")
        }
    }

    /// - Throws: `.serverLost` if the process does not run.
    func runningMonitor(of id: ServerID) async throws(EngineError) -> ServerMonitor {
        if let monitor = try await monitor(of: id) { return monitor }
        throw EngineError(.serverLost, "the process of \(id) does not run")
    }

    private func connect(
        to id: ServerID, _ processID: pid_t, number: Int
    ) async -> Result<ServerMonitor, EngineError> {
        do throws(EngineError) {
            try await process(of: id).waitUntilReady(processID)
            let stalls = StallWatch(
                StalledClients(server: id, processID: processID, limits: limits), logger: logger)
            let monitor = try await stalls.during { () throws(EngineError) in
                let session = try await QMPSession.connect(
                    to: directory.monitorSocket(of: id),
                    deadline: .init(silence: limits.commandDeadline, work: limits.workDeadline),
                    activity: { ProcessFile.activity(of: processID) },
                    onEnd: { [weak self] error in self?.connectionEnded(to: id, number: number, error) })
                let usesDirectAccess = state.withLock { $0.usesDirectAccess }
                return try await ServerMonitor(
                    session: session, stalls: stalls, usesDirectAccess: usesDirectAccess,
                    silence: limits.commandDeadline)
            }
            return .success(monitor)
        } catch {
            connectionEnded(to: id, number: number, error)
            guard error.reason == .serverLost, (try? process(of: id).runningID()) == processID else {
                return .failure(error)
            }
            return .failure(EngineError(.timeout, "the process of \(id) runs and does not answer: \(error.message)"))
        }
    }

    /// The process goes on; whoever needs it next connects again.
    private func connectionEnded(to id: ServerID, number: Int, _ error: EngineError) {
        let isCurrent = state.withLock { state in
            guard let connection = state.connections[id], connection.number == number else { return false }
            state.connections[id] = nil
            return !state.isClosing && !state.stopping.contains(id)
        }
        guard isCurrent else { return }
        logger.info("a conversation with a server's process ended", metadata: ["server": "\(id)", "cause": "\(error)"])
    }

    /// For what makes or ends a server's process.
    func turns(of id: ServerID) -> Turns {
        state.withLock { state in
            if let turns = state.turns[id] { return turns }
            let turns = Turns()
            state.turns[id] = turns
            return turns
        }
    }

    // MARK: Ends of processes

    private func watch(_ id: ServerID, _ processID: pid_t) throws(EngineError) {
        let isNew = state.withLock { $0.watched.updateValue(processID, forKey: id) != processID }
        guard isNew else { return }
        do throws(EngineError) {
            try ProcessWatch.shared.watch(processID) { [weak self] in self?.processEnded(id, processID) }
        } catch {
            state.withLock { $0.watched[id] = nil }
            throw error
        }
        // The number may have got to another process before the watch began: ours has ended then.
        if try process(of: id).runningID() != processID { processEnded(id, processID) }
    }

    private func processEnded(_ id: ServerID, _ processID: pid_t) {
        let isLoss = state.withLock { state in
            guard state.watched[id] == processID else { return false }
            state.watched[id] = nil
            return !state.isClosing && !state.stopping.contains(id)
        }
        guard isLoss else { return }
        logger.warning(
            "a server's process is lost", metadata: ["server": "\(id)", "process": "\(processID)"])
        lostServers.report(id)
    }

    /// From here on the end of the server's process is no loss.
    func beginStopping(_ id: ServerID) {
        state.withLock { _ = $0.stopping.insert(id) }
    }

    /// - Parameter hasEnded: nobody needs to be told any more.
    func endStopping(_ id: ServerID, hasEnded: Bool) {
        state.withLock { state in
            state.stopping.remove(id)
            if hasEnded { state.watched[id] = nil }
        }
    }
}
