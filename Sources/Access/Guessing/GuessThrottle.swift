/// Slows down guessing: decides when an attempt's password is looked at, and never for good that it is not.
///
/// A guesser's attempts are looked at one at a time, so that many at once are no more guesses than one after the other.
/// The first failures are free; then each further one is looked at no sooner than a delay after the last failure, which
/// doubles each time. While one attempt waits for that, all others of its guesser are refused. A right password forgets
/// all failures.
///
/// A state machine: inputs return what to do; it waits for nothing and reads no clock.
struct GuessThrottle: Sendable {
    typealias Instant = ContinuousClock.Instant

    static let freeFailures = 5
    static let firstDelay = Duration.milliseconds(250)
    static let longestDelay = Duration.seconds(15 * 60)
    /// An attempt that would wait longer is refused at once.
    static let longestWait = Duration.seconds(30)
    /// Attempts of one guesser that wait for their turn while failures are free.
    static let longestQueue = 256
    /// Guessers whose failures are remembered; the one that failed longest ago is forgotten first.
    static let rememberedGuessers = 1024

    /// One password of one call.
    struct Attempt: Hashable, Sendable {
        let number: UInt64
        let guesser: Guesser
        /// It is of no use any more after this time.
        let end: Instant
    }

    enum Action: Hashable, Sendable {
        /// Compare the password, then say `ended`.
        case look(Attempt)
        /// Say `delayEnded` after this time.
        case delay(Attempt, Duration)
        /// Its password is not looked at; one sent after this time may be.
        case refuse(Attempt, Duration)
    }

    enum Outcome: Sendable {
        case right
        case wrong
        /// Something else failed; it tells nothing about the password.
        case unknown
    }

    fileprivate struct Record {
        var failures = 0
        var lastFailure: Instant
        /// Is being looked at.
        var current: Attempt?
        /// Waits for its delay to end.
        var delayed: Attempt?
        /// Wait for the current one's outcome, oldest first.
        var queue: [Attempt] = []

        var isIdle: Bool { current == nil && delayed == nil && queue.isEmpty }
        var isFree: Bool { failures < freeFailures }

        /// How long a further attempt has to wait.
        func delay(at now: Instant) -> Duration {
            isFree ? .zero : max(.zero, now.duration(to: lastFailure + GuessThrottle.delay(after: failures)))
        }
    }

    private var records: [Guesser: Record] = [:]

    /// An attempt comes in.
    ///
    /// - Returns: nil if it waits for its turn; what to do then is among the actions of a later input.
    mutating func arrive(_ attempt: Attempt, at now: Instant) -> Action? {
        change(attempt.guesser, at: now) { record in
            if record.isFree { return record.takeTurn(attempt) }
            guard record.isIdle else { return .refuse(attempt, max(record.delay(at: now), Self.firstDelay)) }
            return record.delayOrLook(attempt, at: now)
        }
    }

    /// The time of a delayed attempt has come.
    mutating func delayEnded(_ attempt: Attempt, at now: Instant) -> Action {
        change(attempt.guesser, at: now) { record in
            record.delayed = nil
            record.current = attempt
            return .look(attempt)
        }
    }

    /// An attempt's password was looked at.
    mutating func ended(_ attempt: Attempt, _ outcome: Outcome, at now: Instant) -> [Action] {
        change(attempt.guesser, at: now) { record in
            record.current = nil
            switch outcome {
            case .right: record.failures = 0
            case .wrong:
                record.failures += 1
                record.lastFailure = now
            case .unknown: break
            }
            return record.nextTurn(at: now)
        }
    }

    /// The caller of an attempt that waits is gone.
    mutating func left(_ attempt: Attempt, at now: Instant) {
        change(attempt.guesser, at: now) { record in
            if record.delayed == attempt { record.delayed = nil }
            record.queue.removeAll { $0 == attempt }
        }
    }

    /// How long the guesser's next attempt has to wait.
    func delay(of guesser: Guesser, at now: Instant) -> Duration {
        records[guesser]?.delay(at: now) ?? .zero
    }

    static func delay(after failures: Int) -> Duration {
        // The exponent is bounded long before the shift could overflow; the longest delay is 3600 first ones.
        let doublings = min(max(0, failures - freeFailures), 12)
        return min(firstDelay * (1 << doublings), longestDelay)
    }
}

extension GuessThrottle.Record {
    fileprivate mutating func takeTurn(_ attempt: GuessThrottle.Attempt) -> GuessThrottle.Action? {
        if current == nil {
            current = attempt
            return .look(attempt)
        }
        guard queue.count < GuessThrottle.longestQueue else { return .refuse(attempt, GuessThrottle.firstDelay) }
        queue.append(attempt)
        return nil
    }

    fileprivate mutating func delayOrLook(
        _ attempt: GuessThrottle.Attempt, at now: GuessThrottle.Instant
    ) -> GuessThrottle.Action {
        let delay = delay(at: now)
        guard delay > .zero else {
            current = attempt
            return .look(attempt)
        }
        guard delay <= GuessThrottle.longestWait, now + delay < attempt.end else { return .refuse(attempt, delay) }
        delayed = attempt
        return .delay(attempt, delay)
    }

    /// What becomes of those that waited for an outcome.
    fileprivate mutating func nextTurn(at now: GuessThrottle.Instant) -> [GuessThrottle.Action] {
        guard !queue.isEmpty else { return [] }
        if isFree {
            let next = queue.removeFirst()
            current = next
            return [.look(next)]
        }
        let waiting = queue
        queue = []
        return waiting.map { attempt in
            isIdle ? delayOrLook(attempt, at: now) : .refuse(attempt, max(delay(at: now), GuessThrottle.firstDelay))
        }
    }
}

extension GuessThrottle {
    /// Changes a guesser's record, and keeps it only while it says something.
    private mutating func change<Result>(
        _ guesser: Guesser, at now: Instant, _ body: (inout Record) -> Result
    ) -> Result {
        var record = records[guesser] ?? Record(lastFailure: now)
        let result = body(&record)
        records[guesser] = record.isIdle && record.failures == 0 ? nil : record
        if records.count > Self.rememberedGuessers { forgetOldest() }
        return result
    }

    /// Those with an attempt under way stay: there are no more of them than calls in flight.
    private mutating func forgetOldest() {
        let idle = records.lazy.filter(\.value.isIdle)
        guard let oldest = idle.min(by: { $0.value.lastFailure < $1.value.lastFailure }) else { return }
        records[oldest.key] = nil
    }
}
