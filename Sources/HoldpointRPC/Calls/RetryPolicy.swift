/// When the client library asks again: after `UNAVAILABLE` only, with exponential backoff and full jitter.
public struct RetryPolicy: Sendable {
    /// Upper bound of the first pause; each further one is twice the last.
    public var firstBackoff = Duration.milliseconds(50)
    /// Upper bound of every pause.
    public var longestBackoff = Duration.seconds(5)
    /// Attempts at most, the first one included; nil: until the deadline.
    public var attempts: Int?
    /// Attempts at most of a call that has no deadline.
    public var attemptsWithoutDeadline = 8

    public init() {}

    /// How long to wait before the next attempt.
    ///
    /// - Parameters:
    ///   - failures: attempts that failed, at least 1.
    ///   - error: how the last one failed.
    ///   - timeLeft: until the call's deadline; nil: it has none.
    /// - Returns: nil: no further attempt.
    public func pause(
        failures: Int, error: RPCError, timeLeft: Duration?, using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard error.code == .unavailable || error.reason == RPCReason.outcomeUnknown else { return nil }
        guard failures < attempts ?? (timeLeft == nil ? attemptsWithoutDeadline : .max) else { return nil }
        let bound = min(firstBackoff * (1 << min(failures - 1, 16)), longestBackoff)
        let jittered = bound * Double.random(in: 0...1, using: &generator)
        let pause = max(jittered, .milliseconds(Int64(error.status.retryAfterMs)))
        if let timeLeft, pause >= timeLeft { return nil }
        return pause
    }
}
