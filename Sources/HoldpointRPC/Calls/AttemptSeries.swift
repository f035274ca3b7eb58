/// The attempts of one call: counts them, waits between them, and decides what the caller learns in the end.
package struct AttemptSeries: Sendable {
    private let policy: RetryPolicy
    private let retries: Bool
    private var failures = 0
    private var unknownOutcome: RPCError?

    /// When the call's time is over; nil: no limit.
    package let deadline: ContinuousClock.Instant?

    package init(policy: RetryPolicy, options: CallOptions) {
        self.policy = policy
        retries = options.retries
        deadline = options.timeout.map { .now + $0 }
    }

    /// Waits until the next attempt.
    ///
    /// - Throws: what the caller learns, if there is no further attempt. Once an attempt's outcome is unknown,
    ///   `UNAVAILABLE` of a later one does not prove that nothing was done.
    package mutating func waitForNext(after error: RPCError) async throws(RPCError) {
        failures += 1
        if error.reason == RPCReason.outcomeUnknown { unknownOutcome = error }
        var generator = SystemRandomNumberGenerator()
        let timeLeft = deadline.map { $0 - .now }
        guard retries,
            let pause = policy.pause(failures: failures, error: error, timeLeft: timeLeft, using: &generator)
        else {
            throw error.code == .unavailable ? unknownOutcome ?? error : error
        }
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw unknownOutcome ?? .cancelled
        }
    }
}
