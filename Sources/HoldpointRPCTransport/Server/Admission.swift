internal import Dispatch
internal import HoldpointRPC
internal import Synchronization

/// The places of a server's connections, shared by its listeners and event loops. Safe from any thread.
final class Admission: Sendable {
    /// How old a measurement of the process' descriptors may be when a connection comes.
    private static let measurementAge = Duration.seconds(1)

    private struct State {
        var places: ConnectionPlaces
        var measured: ContinuousClock.Instant?
        var lastID: ConnectionPlaces.ID = 0
        /// How to end each connection that is served.
        var ends: [ConnectionPlaces.ID: @Sendable () -> Void] = [:]
        /// Listeners that wait for a socket.
        var waiting: [(listener: ConnectionPlaces.Listener, resume: @Sendable () -> Void)] = []
        /// Whether somebody looks at the descriptors every second, as long as a listener waits.
        var isMeasuring = false
    }

    private let limit: Int
    private let state: Mutex<State>

    /// - Parameter limit: connections at most, however many descriptors there are.
    init(limit: Int) {
        self.limit = limit
        state = Mutex(State(places: ConnectionPlaces(count: limit)))
    }

    /// Fits the places to the descriptors that the process has left: what it holds beside connections grows with its
    /// work.
    ///
    /// - Throws: `tooFewDescriptors`; the few places without which there is no serving are there nevertheless.
    func measure() throws(EndpointError) {
        let budget = DescriptorBudget.current(connections: state.withLock { $0.places.openCount })
        state.withLock { state in
            state.measured = .now
            state.places.fit(sockets: budget.sockets, limit: limit)
        }
        try budget.check()
    }

    private var isMeasurementOld: Bool {
        state.withLock { state in state.measured.map { ContinuousClock.now - $0 >= Self.measurementAge } ?? true }
    }

    // MARK: Sockets

    /// A connection was accepted.
    func opened(by listener: ConnectionPlaces.Listener) {
        state.withLock { $0.places.opened(by: listener) }
    }

    /// Whether to go on accepting.
    ///
    /// - Parameter resume: called once if there is no socket, when there may be one again.
    func hasSocket(for listener: ConnectionPlaces.Listener, resume: @escaping @Sendable () -> Void) -> Bool {
        // Whoever is served already goes on, and some places are there in any case.
        if isMeasurementOld { try? measure() }
        let (goesOn, isFirst) = state.withLock { state in
            guard !state.places.hasSocket(for: listener) else { return (true, false) }
            state.waiting.append((listener, resume))
            defer { state.isMeasuring = true }
            return (false, !state.isMeasuring)
        }
        if isFirst { measureWhileWaiting() }
        return goesOn
    }

    /// What the process holds beside connections also comes free, and nobody tells.
    private func measureWhileWaiting() {
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.waitingInterval) { [weak self] in
            guard let self else { return }
            try? measure()
            resumeReady(after: { _ in })
            let goesOn = state.withLock { state in
                state.isMeasuring = !state.waiting.isEmpty
                return state.isMeasuring
            }
            if goesOn { measureWhileWaiting() }
        }
    }

    private static let waitingInterval = DispatchTimeInterval.seconds(1)

    func closed(by listener: ConnectionPlaces.Listener) {
        resumeReady(after: { $0.closed(by: listener) })
    }

    /// Lets listeners go on for which there is a socket after a change.
    private func resumeReady(after change: @Sendable (inout ConnectionPlaces) -> Void) {
        let resumed = state.withLock { state in
            change(&state.places)
            let ready = state.waiting.filter { state.places.hasSocket(for: $0.listener) }
            state.waiting.removeAll { state.places.hasSocket(for: $0.listener) }
            return ready
        }
        for waiting in resumed { waiting.resume() }
    }

    // MARK: Places

    /// A place for a connection; another may lose its own.
    ///
    /// - Parameter end: ends the connection, from any thread.
    /// - Returns: its id; nil: there is no place.
    func enter(by listener: ConnectionPlaces.Listener, end: @escaping @Sendable () -> Void) -> ConnectionPlaces.ID? {
        let (id, loser): (ConnectionPlaces.ID?, (@Sendable () -> Void)?) = state.withLock { state in
            state.lastID += 1
            let id = state.lastID
            switch state.places.enter(id, by: listener) {
            case .refuse: return (nil, nil)
            case .serve: state.ends[id] = end
            case .replace(let other):
                state.ends[id] = end
                return (id, state.ends[other])
            }
            return (id, nil)
        }
        loser?()
        return id
    }

    /// The connection has shown a credential, or that it has none.
    func identified(_ id: ConnectionPlaces.ID, hasCredential: Bool) {
        let loser = state.withLock { state in
            state.places.identified(id, hasCredential: hasCredential).flatMap { state.ends[$0] }
        }
        loser?()
    }

    /// Gives a place back.
    func leave(_ id: ConnectionPlaces.ID, by listener: ConnectionPlaces.Listener) {
        state.withLock { state in
            state.places.left(id, by: listener)
            state.ends[id] = nil
        }
    }
}
