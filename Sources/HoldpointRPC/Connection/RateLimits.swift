/// How many frames that carry no work a peer may send: 1,000 a second, and one more for every request or item of ours
/// and its (its Cancel, its WindowUpdate), so that honest load never meets the limit.
public struct ControlFrameLimit: Sendable {
    private let framesPerSecond: Int
    private var windowStart: ContinuousClock.Instant
    private var count = 0
    private var earned = 0

    public init(framesPerSecond: Int = ProtocolLimits.controlFramesPerSecond, now: ContinuousClock.Instant) {
        self.framesPerSecond = framesPerSecond
        windowStart = now
    }

    /// A request came, or an item was sent: one more control frame may follow.
    public mutating func earn() {
        earned &+= 1
    }

    /// Counts a control frame.
    ///
    /// - Parameter isEarned: whether the frame follows a request or an item (Cancel, WindowUpdate).
    /// - Throws: `ENHANCE_YOUR_CALM`.
    public mutating func count(isEarned: Bool, now: ContinuousClock.Instant) throws(ConnectionFault) {
        if isEarned && earned > 0 {
            earned -= 1
            return
        }
        if now - windowStart >= .seconds(1) {
            windowStart = now
            count = 0
        }
        count += 1
        guard count <= framesPerSecond else {
            throw ConnectionFault(.enhanceYourCalm, "more than \(framesPerSecond) control frames a second")
        }
    }
}

/// How much a peer may send for calls that have ended: its items are dropped, but they were received. A window a
/// second, and what may have been on its way when a stream was refused.
public struct DroppedItemLimit: Sendable {
    private let bytesPerSecond: Int
    private var windowStart: ContinuousClock.Instant
    private var bytes = 0
    private var earned = 0

    public init(bytesPerSecond: Int = ProtocolLimits.droppedItemBytesPerSecond, now: ContinuousClock.Instant) {
        self.bytesPerSecond = bytesPerSecond
        windowStart = now
    }

    /// A stream was refused that had this much credit; the last item may go over it by a frame.
    public mutating func earn(windowBytes: Int, frameBytes: Int) {
        earned = min(earned + windowBytes + frameBytes, ProtocolLimits.creditBytes)
    }

    /// Counts an item.
    ///
    /// - Throws: `ENHANCE_YOUR_CALM`.
    public mutating func count(payloadByteCount: Int, now: ContinuousClock.Instant) throws(ConnectionFault) {
        let cost = StreamCredit.cost(payloadByteCount: payloadByteCount)
        guard earned < cost else {
            earned -= cost
            return
        }
        if now - windowStart >= .seconds(1) {
            windowStart = now
            bytes = 0
        }
        guard bytes < bytesPerSecond else {
            throw ConnectionFault(
                .enhanceYourCalm, "more than \(bytesPerSecond) bytes a second of items for calls that have ended")
        }
        bytes += cost
    }
}

/// How often a client may ping: once a second, two at once.
public struct PingLimit: Sendable {
    private var tokens = ProtocolLimits.pingBurst
    private var refilled: ContinuousClock.Instant

    public init(now: ContinuousClock.Instant) {
        refilled = now
    }

    /// - Throws: `TOO_MANY_PINGS`.
    public mutating func count(now: ContinuousClock.Instant) throws(ConnectionFault) {
        let seconds = Int(clamping: (now - refilled).components.seconds)
        if seconds > 0 {
            tokens = min(ProtocolLimits.pingBurst, tokens + min(seconds, ProtocolLimits.pingBurst))
            refilled += .seconds(seconds)
        }
        guard tokens > 0 else { throw ConnectionFault(.tooManyPings, "more than one ping a second") }
        tokens -= 1
    }
}
