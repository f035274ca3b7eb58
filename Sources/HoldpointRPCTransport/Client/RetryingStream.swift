internal import HoldpointRPC
internal import Synchronization

/// A streaming call that is started again as long as no item of it has come.
final class RetryingStream: ResponseSource {
    private struct State {
        var series: AttemptSeries
        var current: ItemQueue?
        var hasBegun = false
        var isCancelled = false
    }

    private let state: Mutex<State>
    private let start: @Sendable () -> ItemQueue

    /// - Parameter start: begins an attempt.
    init(series: AttemptSeries, start: @escaping @Sendable () -> ItemQueue) {
        state = Mutex(State(series: series))
        self.start = start
    }

    func next() async throws(RPCError) -> [UInt8]? {
        while true {
            guard let attempt = attempt() else { throw .cancelled }
            do throws(RPCError) {
                let item = try await attempt.next()
                state.withLock { $0.hasBegun = true }
                return item
            } catch {
                try await waitForNext(after: error)
            }
        }
    }

    func cancel() {
        let current = state.withLock { state in
            state.isCancelled = true
            return state.current
        }
        current?.cancel()
    }

    /// The running attempt, or a new one; nil after `cancel`.
    private func attempt() -> ItemQueue? {
        state.withLock { state in
            if state.isCancelled { return nil }
            if let current = state.current { return current }
            let queue = start()
            state.current = queue
            return queue
        }
    }

    private func waitForNext(after error: RPCError) async throws(RPCError) {
        var (series, hasBegun) = state.withLock { ($0.series, $0.hasBegun) }
        guard !hasBegun else { throw error }
        try await series.waitForNext(after: error)
        state.withLock { [series] state in
            state.series = series
            state.current = nil
        }
    }
}
