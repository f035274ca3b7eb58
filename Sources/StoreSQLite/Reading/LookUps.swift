internal import Store
internal import Synchronization

/// Connections for reads of a few rows, which run on the thread that asks: going to another thread and back costs many
/// times what they do.
///
/// Decided here (2026-11): such a read may run on an event loop. It waits for nobody: a log's reader takes no lock that
/// a writer holds. Only a page that is not in memory makes it wait for the disk; so after one that took long all go to
/// the reading threads for a while, and a disk that hangs does not hold up the connections again and again.
final class LookUps: Sendable {
    /// As many as may be under way at once; who comes when none is free goes to the reading threads.
    static let connectionCount = 4
    /// A look-up that takes longer than this shows a disk that hangs, or a body that is none; a busy machine takes the
    /// processor away for less.
    static let longestDuration = Duration.milliseconds(250)
    /// How long none is made after such a one.
    static let pause = Duration.seconds(1)

    private struct State {
        var free: [ReadConnection]
        var pausedUntil: ContinuousClock.Instant?
    }

    private let connections: [ReadConnection]
    private let state: Mutex<State>

    init(_ connections: [ReadConnection]) {
        self.connections = connections
        state = Mutex(State(free: connections))
    }

    /// - Returns: nil: not here, not now.
    func run<Result>(_ body: (any ReadTransaction) throws -> Result) throws -> Result? {
        let begin = ContinuousClock.now
        guard let connection = take(at: begin) else { return nil }
        defer { giveBack(connection, since: begin) }
        return try connection.read(body)
    }

    /// Nobody may look anything up any more.
    func close() throws {
        state.withLock { $0.free = [] }
        for connection in connections { try connection.close() }
    }

    private func take(at now: ContinuousClock.Instant) -> ReadConnection? {
        state.withLock { state in
            if let until = state.pausedUntil {
                guard until <= now else { return nil }
                state.pausedUntil = nil
            }
            return state.free.popLast()
        }
    }

    private func giveBack(_ connection: ReadConnection, since begin: ContinuousClock.Instant) {
        let end = ContinuousClock.now
        state.withLock { state in
            state.free.append(connection)
            if begin.duration(to: end) > Self.longestDuration { state.pausedUntil = end + Self.pause }
        }
    }
}
