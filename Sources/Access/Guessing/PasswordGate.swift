internal import Synchronization

/// What became of a password that somebody sent.
public enum PasswordVerdict: Sendable, Hashable {
    case right
    /// The next one is looked at no sooner than after a time; zero: at once.
    case wrong(nextAfter: Duration)
    /// Too many were wrong before; one sent after a time is looked at.
    case notLookedAt(retryAfter: Duration)
}

/// Everybody who sends a password passes here: slows down those who guess, and holds neither a thread nor the
/// connection's other calls while they wait.
public final class PasswordGate: Sendable {
    /// Time as the gate sees it.
    struct Clock: Sendable {
        var now: @Sendable () -> ContinuousClock.Instant = { .now }
        /// Ends early, by throwing, when its task is cancelled.
        var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    }

    private typealias Turn = CheckedContinuation<GuessThrottle.Action, any Error>

    private struct State {
        var throttle = GuessThrottle()
        var attempts: UInt64 = 0
        /// Of attempts that wait for their turn.
        var turns: [GuessThrottle.Attempt: Turn] = [:]
    }

    private let state = Mutex(State())
    private let clock: Clock

    public convenience init() {
        self.init(clock: Clock())
    }

    init(clock: Clock) {
        self.clock = clock
    }

    /// Compares a password when it is its turn. One that is being compared counts, whether or not the caller still
    /// waits.
    ///
    /// - Parameters:
    ///   - source: where the call came from: `unix:0`, `tcp:127.0.0.1:50112`.
    ///   - deadline: when the call's time is over; nil: it has no limit of its own.
    ///   - isRight: compares it; runs at most once.
    /// - Throws: `CancellationError` if the task is cancelled before; what `isRight` throws.
    public func verdict(
        of principal: String, source: String, deadline: ContinuousClock.Instant?,
        isRight: () async throws -> Bool
    ) async throws -> PasswordVerdict {
        let attempt = newAttempt(Guesser(principal: principal, source: source), deadline)
        switch try await turn(of: attempt) {
        case .refuse(_, let delay): return .notLookedAt(retryAfter: delay)
        case .look, .delay: return try await look(attempt, isRight)
        }
    }

    private func newAttempt(_ guesser: Guesser, _ deadline: ContinuousClock.Instant?) -> GuessThrottle.Attempt {
        let end = deadline ?? clock.now() + GuessThrottle.longestDelay
        return state.withLock { state in
            state.attempts += 1
            return GuessThrottle.Attempt(number: state.attempts, guesser: guesser, end: end)
        }
    }

    private func look(
        _ attempt: GuessThrottle.Attempt, _ isRight: () async throws -> Bool
    ) async throws -> PasswordVerdict {
        do {
            try Task.checkCancellation()
            let right = try await isRight()
            let delay = end(attempt, right ? .right : .wrong)
            return right ? .right : .wrong(nextAfter: delay)
        } catch {
            end(attempt, .unknown)
            throw error
        }
    }

    /// - Returns: how long the next attempt has to wait.
    @discardableResult
    private func end(_ attempt: GuessThrottle.Attempt, _ outcome: GuessThrottle.Outcome) -> Duration {
        let now = clock.now()
        let (resumptions, delay) = state.withLock { state in
            let actions = state.throttle.ended(attempt, outcome, at: now)
            let resumptions = actions.compactMap { action in
                state.turns.removeValue(forKey: action.attempt).map { ($0, action) }
            }
            return (resumptions, state.throttle.delay(of: attempt.guesser, at: now))
        }
        for (turn, action) in resumptions { turn.resume(returning: action) }
        return delay
    }
}

extension PasswordGate {
    /// Waits for an attempt's turn, and for its delay.
    private func turn(of attempt: GuessThrottle.Attempt) async throws -> GuessThrottle.Action {
        let action = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { arrive(attempt, $0) }
        } onCancel: {
            leave(attempt)
        }
        guard case .delay(_, let delay) = action else { return action }
        do {
            try await clock.sleep(delay)
        } catch {
            let now = clock.now()
            state.withLock { $0.throttle.left(attempt, at: now) }
            throw error
        }
        let now = clock.now()
        return state.withLock { $0.throttle.delayEnded(attempt, at: now) }
    }

    private func arrive(_ attempt: GuessThrottle.Attempt, _ turn: Turn) {
        let now = clock.now()
        let action = state.withLock { state -> GuessThrottle.Action? in
            let action = state.throttle.arrive(attempt, at: now)
            if action == nil { state.turns[attempt] = turn }
            return action
        }
        if let action { return turn.resume(returning: action) }
        // Cancelled before it was there to be found: nobody else would end the wait.
        if Task.isCancelled { leave(attempt) }
    }

    /// Ends the wait for a turn, if it is not over.
    private func leave(_ attempt: GuessThrottle.Attempt) {
        let now = clock.now()
        let turn = state.withLock { state in
            guard let turn = state.turns.removeValue(forKey: attempt) else { return nil as Turn? }
            state.throttle.left(attempt, at: now)
            return turn
        }
        turn?.resume(throwing: CancellationError())
    }
}

extension GuessThrottle.Action {
    fileprivate var attempt: GuessThrottle.Attempt {
        switch self {
        case .look(let attempt), .delay(let attempt, _), .refuse(let attempt, _): attempt
        }
    }
}
