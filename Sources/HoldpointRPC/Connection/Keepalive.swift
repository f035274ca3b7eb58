/// Finds out that a peer is gone: pings when no bytes came for an interval, gives up after two pings without an answer.
public struct Keepalive: Sendable {
    private let interval: Duration?
    private var lastBytes: ContinuousClock.Instant
    private var lastPing: ContinuousClock.Instant
    private var unanswered = 0
    private var nonce: UInt64 = 0

    public enum Action: Hashable, Sendable {
        case none
        case ping(nonce: UInt64)
        /// The peer has not answered: close.
        case giveUp
    }

    /// - Parameter interval: nil: never pings.
    public init(interval: Duration?, now: ContinuousClock.Instant) {
        self.interval = interval
        lastBytes = now
        lastPing = now
    }

    /// Any bytes show that the peer lives.
    public mutating func received(now: ContinuousClock.Instant) {
        lastBytes = now
        unanswered = 0
    }

    /// When `check` has something to do next; nil: never.
    public var nextCheck: ContinuousClock.Instant? {
        interval.map { max(lastBytes, unanswered > 0 ? lastPing : lastBytes) + $0 }
    }

    /// - Parameter isReadingPaused: we do not read, so that silence says nothing about the peer.
    public mutating func check(now: ContinuousClock.Instant, isReadingPaused: Bool) -> Action {
        guard let nextCheck, now >= nextCheck else { return .none }
        if isReadingPaused {
            received(now: now)
            return .none
        }
        guard unanswered < ProtocolLimits.unansweredPings else { return .giveUp }
        unanswered += 1
        lastPing = now
        nonce &+= 1
        return .ping(nonce: nonce)
    }
}
