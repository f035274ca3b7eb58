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
    private let census = Census()
    private let state = Mutex(State())

    private struct State {
        var connections: [ServerID: Connection] = [:]
        var lastConnectionNumber = 0
        /// Processes whose end will be told.
        var watched: [ServerID: ProcessHandle] = [:]
        /// For starts and ends: two starts at once would be two processes.
        var turns: [ServerID: SharedTurns] = [:]
        /// Servers whose end is wanted.
        var stopping: Set<ServerID> = []
        var isClosing = false
        var usesDirectAccess = false
        var layersFolder: FileIdentity?
    }

    /// As long as somebody takes turns, or waits for his.
    private struct SharedTurns {
        let turns = Turns()
        var userCount = 0
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
                if try self.watch(id, processID) != nil { found.append(id) }
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
        ServerProcess(
            id: id, directory: directory, limits: limits, identity: identity, census: census,
            known: state.withLock { $0.watched[id] })
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
        guard let living = try await living(process) else {
            try await requireEnd(of: process)
            return nil
        }
        let attempt = state.withLock { state in
            // The end of a conversation with an earlier process may not have been noticed yet.
            if let connection = state.connections[id], connection.processID == living.id { return connection.attempt }
            state.lastConnectionNumber += 1
            let number = state.lastConnectionNumber
            let attempt = Task { await self.connect(to: id, living, number: number) }
            state.connections[id] = Connection(number: number, processID: living.id, attempt: attempt)
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

    /// The process of a server, watched from now on.
    ///
    /// - Returns: nil if it does not run.
    /// - Throws: `.timeout` if it cannot answer.
    private func living(_ process: ServerProcess) async throws(EngineError) -> ProcessHandle? {
        guard let processID = try await process.runningID() else { return nil }
        return try await BlockingWork.run { () throws(EngineError) in
            guard !ProcessFile.isStopped(processID) else {
                throw EngineError(
                    .timeout,
                    "the process of \(process.id) cannot answer: a signal or a debugger has stopped it "
                        + "(`kill -CONT \(processID)` lets it go on)")
            }
            return try self.watch(process.id, processID)
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
        to id: ServerID, _ process: ProcessHandle, number: Int
    ) async -> Result<ServerMonitor, EngineError> {
        let processID = process.id
        do throws(EngineError) {
            await self.process(of: id).waitUntilReady(processID)
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
            guard error.reason == .serverLost, !process.hasEnded else {
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

    /// Runs what makes or ends a server's process, when it is its turn.
    func inTurn<Value>(
        of id: ServerID, _ body: () async throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        let turns = state.withLock { state in
            state.turns[id, default: SharedTurns()].userCount += 1
            return state.turns[id, default: SharedTurns()].turns
        }
        await turns.begin()
        defer {
            turns.end()
            state.withLock { state in
                state.turns[id]?.userCount -= 1
                if state.turns[id]?.userCount == 0 { state.turns[id] = nil }
            }
        }
        return try await body()
    }

    // MARK: Ends of processes

    /// Watches the process that was found for a server, unless it is watched. Blocks.
    ///
    /// - Returns: nil if it has ended meanwhile.
    private func watch(_ id: ServerID, _ processID: pid_t) throws(EngineError) -> ProcessHandle? {
        let known = state.withLock { $0.watched[id] }
        if let known, known.id == processID, !known.hasEnded { return known }
        guard let process = try identity.handle(of: processID, serving: id) else { return nil }
        state.withLock { $0.watched[id] = process }
        do throws(EngineError) {
            try process.whenEnded { [weak self] in self?.processEnded(id, process) }
        } catch {
            state.withLock { $0.watched[id] = nil }
            throw error
        }
        return process
    }

    private func processEnded(_ id: ServerID, _ process: ProcessHandle) {
        let isLoss = state.withLock { state in
            // Whoever looked at the same time may have taken its place.
            guard state.watched[id] === process else { return false }
            state.watched[id] = nil
            return !state.isClosing && !state.stopping.contains(id)
        }
        guard isLoss else { return }
        logger.warning(
            "a server's process is lost", metadata: ["server": "\(id)", "process": "\(process.id)"])
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
