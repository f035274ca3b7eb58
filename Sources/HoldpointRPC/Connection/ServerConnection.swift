/// The server's side of one connection: what each frame means and what it may cost. No I/O; time is passed in.
///
/// Inputs that end the connection throw a `ConnectionFault`: send it as a GoAway, then close.
public struct ServerConnection {
    /// What to do with a frame.
    public enum Action {
        case none
        /// Find out who the peer is, then call `authenticated`; take no frame before.
        case authenticate(token: String, project: String)
        /// The call has its slot: run it. `answer` and `handlerEnded` give the slot back.
        case start(callID: UInt32)
        /// Answer at once; the call has no slot.
        case refuse(callID: UInt32, RPCError)
        /// The client no longer wants the call: stop its handler, answer `CANCELLED`.
        case cancel(callID: UInt32)
        /// Items that wait for credit may go on.
        case resume(callID: UInt32)
        /// An item of a live stream of requests: `consumed` once it is taken.
        case item(callID: UInt32)
        /// The call's stream of requests is whole.
        case endOfRequests(callID: UInt32)
        case pong(nonce: UInt64)
    }

    enum Phase {
        case awaitingHello
        case authenticating(hasToken: Bool)
        case open(hasCredential: Bool)
    }

    let limits: ServerLimits
    var phase = Phase.awaitingHello
    var calls: [UInt32: ServerCallState] = [:]
    var controlFrames: ControlFrameLimit
    var droppedItems: DroppedItemLimit
    var pings: PingLimit
    var keepalive: Keepalive
    var lastWork: ContinuousClock.Instant
    let helloDeadline: ContinuousClock.Instant

    /// What the client takes.
    public internal(set) var peer = PeerLimits.beforeHello
    /// Highest id of a request that came.
    public internal(set) var highestCallID: UInt32 = 0
    /// Set once the connection drains: ids above were not started.
    public internal(set) var lastCallIDAtDrain: UInt32?
    /// Bytes of the requests of live calls, and of items that no handler has taken yet.
    public internal(set) var liveRequestBytes = 0

    public init(limits: ServerLimits, now: ContinuousClock.Instant) {
        self.limits = limits
        controlFrames = ControlFrameLimit(now: now)
        droppedItems = DroppedItemLimit(now: now)
        pings = PingLimit(now: now)
        keepalive = Keepalive(interval: limits.keepalive, now: now)
        lastWork = now
        helloDeadline = now + limits.helloTimeout
    }

    /// Largest frame that is taken now.
    public var frameByteLimit: Int {
        switch phase {
        case .awaitingHello: ProtocolLimits.helloBytes
        case .authenticating, .open(hasCredential: false): ProtocolLimits.frameBytesBeforeHello
        case .open(hasCredential: true): limits.frameBytes
        }
    }

    /// Number of calls whose slot is taken.
    public var liveCallCount: Int { calls.count }

    /// The id that a GoAway names.
    public var lastCallID: UInt32 { lastCallIDAtDrain ?? highestCallID }

    /// Takes a frame, in the order of arrival.
    public mutating func receive(
        _ frame: IncomingFrame, frameByteCount: Int, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        switch phase {
        case .awaitingHello: return try receiveFirst(frame)
        case .authenticating: throw ConnectionFault(.internal, "a frame was taken before the credential was checked")
        case .open: return try receiveOpen(frame, frameByteCount: frameByteCount, now: now)
        }
    }

    private mutating func receiveOpen(
        _ frame: IncomingFrame, frameByteCount: Int, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        switch frame {
        case .request(let request):
            return try receive(request, frameByteCount: frameByteCount, now: now)
        case .cancel(let callID):
            return try receiveCancel(callID, now: now)
        case .windowUpdate(let callID, let bytes):
            return try receiveWindowUpdate(callID, bytes: bytes, now: now)
        case .streamItem(let callID, let payload):
            return try receiveItem(callID, payloadByteCount: payload.count, now: now)
        case .endOfStream(let callID):
            return try receiveEndOfStream(callID, now: now)
        case .ping(let nonce):
            try controlFrames.count(isEarned: false, now: now)
            try pings.count(now: now)
            return .pong(nonce: nonce)
        case .pong, .goAway, .unknown:
            try controlFrames.count(isEarned: false, now: now)
            return .none
        case .hello:
            throw ConnectionFault(.protocolError, "a second Hello")
        case .response:
            throw ConnectionFault(.protocolError, "a Response from a client")
        }
    }

    private mutating func receiveCancel(
        _ callID: UInt32, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        try controlFrames.count(isEarned: true, now: now)
        try checkKnown(callID)
        guard let call = calls[callID], !call.isAnswered else { return .none }
        return .cancel(callID: callID)
    }

    private mutating func receiveWindowUpdate(
        _ callID: UInt32, bytes: UInt32, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        try controlFrames.count(isEarned: true, now: now)
        try checkKnown(callID)
        guard bytes > 0 else { throw ConnectionFault(.protocolError, "a WindowUpdate of 0") }
        guard calls[callID] != nil else { return .none }
        try calls[callID]?.credit.add(bytes)
        return .resume(callID: callID)
    }

    /// A frame for an ended call is dropped; one for a call that never was ends the connection.
    func checkKnown(_ callID: UInt32) throws(ConnectionFault) {
        guard callID > 0, callID <= highestCallID else {
            throw ConnectionFault(.protocolError, "a frame for call \(callID), which was never requested")
        }
    }
}
