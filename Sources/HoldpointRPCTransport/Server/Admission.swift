internal import HoldpointRPC
internal import Synchronization

/// The places of a server's connections, shared by its listeners and event loops. Safe from any thread.
final class Admission: Sendable {
    private struct State {
        var places: ConnectionPlaces
        var lastID: ConnectionPlaces.ID = 0
        /// How to end each connection that is served.
        var ends: [ConnectionPlaces.ID: @Sendable () -> Void] = [:]
        /// Listeners that wait for a socket.
        var waiting: [(listener: ConnectionPlaces.Listener, resume: @Sendable () -> Void)] = []
    }

    private let state: Mutex<State>

    init(places: ConnectionPlaces) {
        state = Mutex(State(places: places))
    }

    /// Legal before the first connection.
    func provide(_ places: ConnectionPlaces) {
        state.withLock { $0.places = places }
    }

    var placeCount: Int { state.withLock { $0.places.count } }

    // MARK: Sockets

    /// A connection was accepted.
    ///
    /// - Parameter resume: called once there is a socket again if there is none now.
    /// - Returns: whether to go on accepting.
    func opened(by listener: ConnectionPlaces.Listener, resume: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            state.places.opened(by: listener)
            guard !state.places.hasSocket(for: listener) else { return true }
            state.waiting.append((listener, resume))
            return false
        }
    }

    func closed(by listener: ConnectionPlaces.Listener) {
        let resumed = state.withLock { state in
            state.places.closed(by: listener)
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
