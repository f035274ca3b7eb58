/// The client's side of one connection. No I/O; time is passed in.
///
/// Inputs that end the connection throw a `ConnectionFault`.
public struct ClientConnection {
    /// What to do with a frame.
    public enum Action {
        case none
        /// The server's Hello has come: its limits hold now.
        case ready
        /// The call has ended, unless it was cancelled here before.
        case response(callID: UInt32)
        /// An item of a live stream.
        case item(callID: UInt32)
        /// Items of the call's requests that wait for credit may go on.
        case resume(callID: UInt32)
        /// The call was given up here, and now its slot is free.
        case slotFreed
        /// No new calls here; these were not started and may go elsewhere.
        case goAway(GoAway, notStarted: [UInt32])
        case pong(nonce: UInt64)
    }

    /// Whether a call may start now.
    public enum Admission: Hashable, Sendable {
        case start
        /// Wait for the server's Hello, or for a call to end.
        case wait
        /// This connection takes no more calls: open a new one.
        case elsewhere
        /// Over the server's frame limit.
        case tooLarge
    }

    private struct Call {
        var window: ReceiveWindow?
        /// For a stream of requests; nil: the request was whole.
        var credit: StreamCredit?
        var isCancelled = false
    }

    private let streamWindowBytes: Int
    private var hasHello = false
    private var isGoingAway = false
    private var nextCallID: UInt32
    private var calls: [UInt32: Call] = [:]
    private var controlFrames: ControlFrameLimit
    private var droppedItems: DroppedItemLimit
    private var keepalive: Keepalive
    private let helloDeadline: ContinuousClock.Instant

    /// What the server takes.
    public private(set) var server = PeerLimits.beforeHello

    /// - Parameters:
    ///   - streamWindowBytes: what the client's Hello announces.
    ///   - firstCallID: 1, but for tests of the last id.
    public init(
        streamWindowBytes: Int, keepalive: Duration?, helloTimeout: Duration, firstCallID: UInt32 = 1,
        now: ContinuousClock.Instant
    ) {
        self.streamWindowBytes = streamWindowBytes
        nextCallID = firstCallID
        controlFrames = ControlFrameLimit(now: now)
        droppedItems = DroppedItemLimit(now: now)
        self.keepalive = Keepalive(interval: keepalive, now: now)
        helloDeadline = now + helloTimeout
    }

    /// Number of calls that the server may still be busy with.
    public var liveCallCount: Int { calls.count }

    /// Whether new calls may start here, now or later.
    public var takesCalls: Bool { !isGoingAway && nextCallID <= ProtocolLimits.lastCallID }

    /// - Parameter frameByteCount: length of the Request's frame.
    public func admission(frameByteCount: Int) -> Admission {
        guard takesCalls else { return .elsewhere }
        guard frameByteCount <= server.frameBytes else { return hasHello ? .tooLarge : .wait }
        return calls.count < server.calls ? .start : .wait
    }

    /// Gives the call an id and a slot. Legal only after `admission` said `start`.
    ///
    /// - Parameters:
    ///   - isStream: its answer is one.
    ///   - streamsRequests: its requests are.
    public mutating func start(isStream: Bool, streamsRequests: Bool = false) -> UInt32 {
        let callID = nextCallID
        nextCallID += 1
        calls[callID] = Call(
            window: isStream ? ReceiveWindow(bytes: streamWindowBytes) : nil,
            credit: streamsRequests ? StreamCredit(bytes: server.streamWindowBytes) : nil)
        controlFrames.earn()
        return callID
    }

    /// Gives a call up; its slot stays taken until the server has answered.
    ///
    /// - Returns: whether to send a Cancel.
    public mutating func cancel(_ callID: UInt32) -> Bool {
        guard let call = calls[callID], !call.isCancelled else { return false }
        calls[callID]?.isCancelled = true
        return true
    }

    /// Whether the server has given credit for an item of the call's requests.
    public func allowsItem(_ callID: UInt32) -> Bool { calls[callID]?.credit?.allowsSending ?? false }

    /// Pays for an item. Legal only while `allowsItem`.
    public mutating func itemSent(_ callID: UInt32, payloadByteCount: Int) {
        calls[callID]?.credit?.spend(payloadByteCount: payloadByteCount)
        controlFrames.earn()
    }

    /// The consumer took items.
    ///
    /// - Parameter bytes: what they cost.
    /// - Returns: bytes for a WindowUpdate; nil: none is due.
    public mutating func consumed(_ callID: UInt32, bytes: Int) -> UInt32? {
        guard let call = calls[callID], !call.isCancelled else { return nil }
        return calls[callID]?.window?.consumed(bytes: bytes)
    }

    /// Takes a frame, in the order of arrival.
    public mutating func receive(
        _ frame: IncomingFrame, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        switch frame {
        case .hello(let content): return try receiveHello(content)
        case .goAway(let content): return try receiveGoAway(content, now: now)
        default: break
        }
        guard hasHello else { throw ConnectionFault(.protocolError, "the first frame is no Hello") }
        switch frame {
        case .response(let response):
            return try receiveResponse(response.callID, now: now)
        case .streamItem(let callID, let payload):
            return try receiveItem(callID, payloadByteCount: payload.count, now: now)
        case .ping(let nonce):
            try controlFrames.count(isEarned: false, now: now)
            return .pong(nonce: nonce)
        case .windowUpdate(let callID, let bytes):
            return try receiveWindowUpdate(callID, bytes: bytes, now: now)
        case .pong, .unknown:
            try controlFrames.count(isEarned: false, now: now)
            return .none
        case .request, .endOfStream, .cancel, .hello, .goAway:
            throw ConnectionFault(.protocolError, "a frame that only a client sends")
        }
    }

    private mutating func receiveWindowUpdate(
        _ callID: UInt32, bytes: UInt32, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        try controlFrames.count(isEarned: true, now: now)
        try checkKnown(callID)
        guard calls[callID]?.credit != nil else { return .none }
        try calls[callID]?.credit?.add(bytes)
        return .resume(callID: callID)
    }

    private mutating func receiveHello(_ content: UnsafeRawBufferPointer) throws(ConnectionFault) -> Action {
        guard !hasHello else { throw ConnectionFault(.protocolError, "a second Hello") }
        let hello = try Hello(peer: content, from: .response)
        guard hello.protocolVersions == [ProtocolLimits.version] else {
            throw ConnectionFault(.version, "the server chose a version that was not offered")
        }
        server = try PeerLimits(hello)
        hasHello = true
        return .ready
    }

    private mutating func receiveGoAway(
        _ content: UnsafeRawBufferPointer, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        try controlFrames.count(isEarned: false, now: now)
        let goAway = try GoAway(peer: content)
        isGoingAway = true
        let notStarted = calls.keys.filter { $0 > goAway.lastCallID }.sorted()
        for callID in notStarted { calls[callID] = nil }
        return .goAway(goAway, notStarted: notStarted)
    }

    private mutating func receiveResponse(
        _ callID: UInt32, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        try checkKnown(callID)
        guard let call = calls.removeValue(forKey: callID) else {
            try controlFrames.count(isEarned: false, now: now)
            return .none
        }
        return call.isCancelled ? .slotFreed : .response(callID: callID)
    }

    private mutating func receiveItem(
        _ callID: UInt32, payloadByteCount: Int, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        try checkKnown(callID)
        guard let call = calls[callID] else {
            try droppedItems.count(payloadByteCount: payloadByteCount, now: now)
            return .none
        }
        guard call.window != nil else { throw ConnectionFault(.protocolError, "an item for a unary call") }
        // A call that was given up here gets no more credit.
        try calls[callID]?.window?.received(payloadByteCount: payloadByteCount)
        if call.isCancelled { return .none }
        controlFrames.earn()
        return .item(callID: callID)
    }

    private func checkKnown(_ callID: UInt32) throws(ConnectionFault) {
        guard callID > 0, callID < nextCallID else {
            throw ConnectionFault(.protocolError, "a frame for call \(callID), which was never requested")
        }
    }

    /// Bytes came, whatever they are.
    public mutating func received(now: ContinuousClock.Instant) {
        keepalive.received(now: now)
    }

    /// When `check` has something to do next, if nothing else happens; nil: never.
    public var nextCheck: ContinuousClock.Instant? {
        hasHello ? keepalive.nextCheck : helloDeadline
    }

    /// Looks at the clock.
    ///
    /// - Returns: a nonce to ping with; nil: nothing to send.
    /// - Throws: `TIMEOUT` without a Hello or with unanswered pings.
    public mutating func check(now: ContinuousClock.Instant) throws(ConnectionFault) -> UInt64? {
        guard hasHello else {
            guard now >= helloDeadline else { return nil }
            throw ConnectionFault(.timeout, "the server sent no Hello")
        }
        switch keepalive.check(now: now, isReadingPaused: false) {
        case .none: return nil
        case .ping(let nonce): return nonce
        case .giveUp: throw ConnectionFault(.timeout, "no answer to \(ProtocolLimits.unansweredPings) pings")
        }
    }
}
