import Synchronization

@testable import Manager

/// A pace whose time stands still until somebody moves it on.
final class ManualPace: Sendable {
    private struct State {
        var now = ContinuousClock.now
        var pauses: [Int: Pause] = [:]
        var pauseCount = 0
    }

    private struct Pause {
        let end: ContinuousClock.Instant
        /// Nil: it was cancelled before it began.
        let continuation: CheckedContinuation<Void, any Error>?
    }

    private let state = Mutex(State())

    var pace: Pace {
        Pace(now: { self.state.withLock(\.now) }, pause: { try await self.pause($0) })
    }

    /// How many wait for time to go on.
    var waiting: Int { state.withLock { $0.pauses.count } }

    /// Ends the pauses that are over then.
    func advance(by time: Duration) {
        let over = state.withLock { state in
            state.now += time
            let over = state.pauses.filter { $0.value.end <= state.now }
            for id in over.keys { state.pauses[id] = nil }
            return over.values.map(\.continuation)
        }
        for continuation in over { continuation?.resume() }
    }

    private func pause(_ time: Duration) async throws {
        let id = state.withLock { state in
            state.pauseCount += 1
            return state.pauseCount
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { begin(id, time, $0) }
        } onCancel: {
            cancel(id)
        }
    }

    private func begin(_ id: Int, _ time: Duration, _ continuation: CheckedContinuation<Void, any Error>) {
        let isCancelled = state.withLock { state in
            guard state.pauses.removeValue(forKey: id) == nil else { return true }
            state.pauses[id] = Pause(end: state.now + time, continuation: continuation)
            return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
    }

    private func cancel(_ id: Int) {
        let continuation = state.withLock { state in
            guard let pause = state.pauses.removeValue(forKey: id) else {
                state.pauses[id] = Pause(end: state.now, continuation: nil)
                return nil as CheckedContinuation<Void, any Error>?
            }
            return pause.continuation
        }
        continuation?.resume(throwing: CancellationError())
    }
}
