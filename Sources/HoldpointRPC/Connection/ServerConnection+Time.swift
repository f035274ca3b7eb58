extension ServerConnection {
    /// Bytes came, whatever they are.
    public mutating func received(now: ContinuousClock.Instant) {
        keepalive.received(now: now)
    }

    /// When `check` has something to do next, if nothing else happens; nil: never.
    public var nextCheck: ContinuousClock.Instant? {
        guard case .open = phase else { return helloDeadline }
        return [keepalive.nextCheck, idleDeadline].compactMap { $0 }.min()
    }

    /// Looks at the clock.
    ///
    /// - Returns: a nonce to ping with; nil: nothing to send.
    /// - Throws: `TIMEOUT` without a Hello or with unanswered pings, `IDLE` without calls.
    public mutating func check(
        now: ContinuousClock.Instant, isReadingPaused: Bool
    ) throws(ConnectionFault) -> UInt64? {
        guard case .open = phase else {
            guard now >= helloDeadline else { return nil }
            throw ConnectionFault(.timeout, "no Hello within \(limits.helloTimeout)")
        }
        if let idleDeadline, now >= idleDeadline {
            throw ConnectionFault(.idle, "no call for a long time")
        }
        switch keepalive.check(now: now, isReadingPaused: isReadingPaused) {
        case .none: return nil
        case .ping(let nonce): return nonce
        case .giveUp: throw ConnectionFault(.timeout, "no answer to \(ProtocolLimits.unansweredPings) pings")
        }
    }

    private var idleDeadline: ContinuousClock.Instant? {
        calls.isEmpty ? idleLimit.map { lastWork + $0 } : nil
    }

    /// Time without calls after which the connection ends; nil: none.
    public var idleLimit: Duration? {
        guard case .open(hasCredential: false) = phase else { return limits.idle }
        return min(limits.idle ?? limits.idleWithoutCredential, limits.idleWithoutCredential)
    }

    /// Begins to drain: later requests are refused with `UNAVAILABLE`. Safe to repeat.
    ///
    /// - Returns: the last id that was started, for the GoAway `SHUTDOWN`.
    public mutating func drain() -> UInt32 {
        let last = lastCallIDAtDrain ?? highestCallID
        lastCallIDAtDrain = last
        return last
    }

    /// Whether the connection drains and all its calls have ended: close.
    public var isDrained: Bool { lastCallIDAtDrain != nil && calls.isEmpty }
}
