/// A call's stream of requests, as far as it has come.
struct RequestStreamState {
    var window: ReceiveWindow
    /// What items cost that the handler has not taken.
    var heldBytes = 0
    var hasEnded = false

    init() {
        // A client that began before our Hello has less credit than that says, and must get more in time.
        window = ReceiveWindow(
            bytes: ProtocolLimits.defaultStreamWindowBytes, smallest: ProtocolLimits.streamWindowBytesBeforeHello)
    }
}

extension ServerConnection {
    mutating func receiveItem(
        _ callID: UInt32, payloadByteCount: Int, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        try checkKnown(callID)
        guard let call = calls[callID] else {
            try droppedItems.count(payloadByteCount: payloadByteCount, now: now)
            return .none
        }
        guard let requests = call.requests else {
            throw ConnectionFault(.protocolError, "an item for a call whose request was whole")
        }
        guard !requests.hasEnded else {
            throw ConnectionFault(.protocolError, "an item behind the end of its stream")
        }
        try calls[callID]?.requests?.window.received(payloadByteCount: payloadByteCount)
        // One that was answered gets no more credit.
        guard !call.isAnswered else { return .none }
        let cost = StreamCredit.cost(payloadByteCount: payloadByteCount)
        calls[callID]?.requests?.heldBytes += cost
        liveRequestBytes += cost
        lastWork = now
        controlFrames.earn()
        return .item(callID: callID)
    }

    mutating func receiveEndOfStream(
        _ callID: UInt32, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        try controlFrames.count(isEarned: true, now: now)
        try checkKnown(callID)
        guard let call = calls[callID], let requests = call.requests, !requests.hasEnded else { return .none }
        calls[callID]?.requests?.hasEnded = true
        return call.isAnswered ? .none : .endOfRequests(callID: callID)
    }

    /// A handler took items.
    ///
    /// - Parameter bytes: what they cost.
    /// - Returns: bytes for a WindowUpdate; nil: none is due.
    public mutating func consumed(_ callID: UInt32, bytes: Int) -> UInt32? {
        guard let call = calls[callID], let requests = call.requests else { return nil }
        let held = min(bytes, requests.heldBytes)
        calls[callID]?.requests?.heldBytes -= held
        liveRequestBytes -= held
        guard !call.isAnswered, !requests.hasEnded else { return nil }
        return calls[callID]?.requests?.window.consumed(bytes: bytes)
    }

    /// Live calls whose stream of requests has not ended.
    public var callsWithOpenRequests: [UInt32] {
        calls.filter { $0.value.requests?.hasEnded == false }.keys.sorted()
    }
}
