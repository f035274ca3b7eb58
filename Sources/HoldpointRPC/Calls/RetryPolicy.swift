/// When the client library asks again: after `UNAVAILABLE` only, with exponential backoff and full jitter.
public struct RetryPolicy: Sendable {
    /// Upper bound of the first pause; each further one is twice the last.
    public var firstBackoff = Duration.milliseconds(50)
    /// Upper bound of every pause.
    public var longestBackoff = Duration.seconds(5)
    /// Attempts at most, the first one included; nil: until the deadline. A server that says that it is overloaded is
    /// there, and is asked until the deadline.
    public var attempts: Int?
    /// Attempts at most of a call that has no deadline.
    public var attemptsWithoutDeadline = 8
    /// Whether a server is waited for that was never reached: nobody listens, or this process may not connect. For
    /// those who start together; a person wants to know at once.
    public var waitsForServer = true

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
        let isAbsent = [RPCReason.notListening, RPCReason.notPermitted].contains(error.reason)
        guard waitsForServer || !isAbsent else { return nil }
        guard failures < attemptsAtMost(error, hasDeadline: timeLeft != nil) else { return nil }
        let jittered = backoff(failures: failures, using: &generator)
        let pause = max(jittered, .milliseconds(Int64(error.status.retryAfterMs)))
        if let timeLeft, pause >= timeLeft { return nil }
        return pause
    }

    private func attemptsAtMost(_ error: RPCError, hasDeadline: Bool) -> Int {
        guard hasDeadline else { return attempts ?? attemptsWithoutDeadline }
        return error.reason == RPCReason.overloaded ? .max : attempts ?? .max
    }

    /// A pause after so many failures, at least 1: up to twice as long after each, with full jitter.
    public func backoff(failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let bound = min(firstBackoff * (1 << min(failures - 1, 16)), longestBackoff)
        return bound * Double.random(in: 0...1, using: &generator)
    }
}
