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
        /// Servers whose end is wanted.
        var stopping: Set<ServerID> = []
        var isClosing = false
        var usesDirectAccess = false
    }

    /// A conversation, or the attempt to begin one: a monitor takes one client, so whoever comes meanwhile waits for
    /// it.
    private struct Connection {
        let number: Int
        let processID: pid_t
        let attempt: Task<Result<ServerMonitor, EngineError>, Never>
        var isEstablished = false
    }

    init(_ directory: StateDirectory, limits: QEMULimits, logger: Logger) {
        self.directory = directory
        self.limits = limits
        self.logger = logger
    }

    /// Finds the processes that run.
    ///
    /// - Returns: those that answer.
    func open(usesDirectAccess: Bool) async throws(EngineError) -> [ServerID] {
        state.withLock { $0.usesDirectAccess = usesDirectAccess }
        let candidates = try await BlockingWork.run { [directory] () throws(EngineError) in
            try Folders.make(directory.run)
            return try directory.serversWithPIDFile()
        }
        let found = Mutex<[ServerID]>([])
        try await forEachConcurrently(candidates) { id throws(EngineError) in
            do {
                if try await self.monitor(of: id) != nil { found.withLock { $0.append(id) } }
            } catch {
                self.logger.warning(
                    "a server's process does not answer", metadata: ["server": "\(id)", "cause": "\(error)"])
            }
        }
        return found.withLock { $0 }
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
        ServerProcess(id: id, directory: directory, limits: limits)
    }

    /// The monitor of a server's process, connected now if it was not.
    ///
    /// - Returns: nil if the process does not run.
    /// - Throws: `.timeout` or `.serverLost` if it runs and does not answer.
    func monitor(of id: ServerID) async throws(EngineError) -> ServerMonitor? {
        let process = process(of: id)
        guard let processID = process.runningID() else {
            // What follows may open what the process still holds for a moment.
            _ = await process.waitForEnd(limits.commandDeadline)
            return nil
        }
        let attempt = state.withLock { state in
            // The end of a conversation with an earlier process may not have been noticed yet.
            if let connection = state.connections[id], connection.processID == processID { return connection.attempt }
            state.lastConnectionNumber += 1
            let number = state.lastConnectionNumber
            let attempt = Task { await self.connect(to: id, number: number) }
            state.connections[id] = Connection(number: number, processID: processID, attempt: attempt)
            return attempt
        }
        return try await attempt.value.get()
    }

    /// - Throws: `.serverLost` if the process does not run.
    func runningMonitor(of id: ServerID) async throws(EngineError) -> ServerMonitor {
        if let monitor = try await monitor(of: id) { return monitor }
        throw EngineError(.serverLost, "the process of \(id) does not run")
    }

    private func connect(to id: ServerID, number: Int) async -> Result<ServerMonitor, EngineError> {
        do {
            let socket = directory.monitorSocket(of: id)
            let session = try await QMPSession.connect(to: socket, deadline: limits.commandDeadline) {
                [weak self] error in
                self?.connectionEnded(to: id, number: number, error)
            }
            let usesDirectAccess = state.withLock { $0.usesDirectAccess }
            let monitor = try await ServerMonitor(session: session, usesDirectAccess: usesDirectAccess)
            state.withLock { state in
                if state.connections[id]?.number == number { state.connections[id]?.isEstablished = true }
            }
            return .success(monitor)
        } catch {
            connectionEnded(to: id, number: number, error)
            return .failure(error)
        }
    }

    /// From here on the end of the server's process is no loss.
    func beginStopping(_ id: ServerID) {
        state.withLock { _ = $0.stopping.insert(id) }
    }

    func endStopping(_ id: ServerID) {
        state.withLock { _ = $0.stopping.remove(id) }
    }

    /// Forgets a connection, and reports the server lost if it was to go on.
    private func connectionEnded(to id: ServerID, number: Int, _ error: EngineError) {
        let isLoss = state.withLock { state in
            guard let connection = state.connections[id], connection.number == number else { return false }
            state.connections[id] = nil
            return connection.isEstablished && !state.isClosing && !state.stopping.contains(id)
        }
        guard isLoss else { return }
        logger.warning("a server's process is lost", metadata: ["server": "\(id)", "cause": "\(error)"])
        lostServers.report(id)
    }
}
