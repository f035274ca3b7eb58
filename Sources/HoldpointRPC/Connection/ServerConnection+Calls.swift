/// A call whose slot is taken: until its Response was sent and its handler has ended.
struct ServerCallState {
    var credit: StreamCredit
    let requestByteCount: Int
    /// Nil: the request was whole.
    var requests: RequestStreamState?
    var isAnswered = false
    var hasHandlerEnded = false
}

extension ServerConnection {
    mutating func receive(
        _ request: IncomingRequest, frameByteCount: Int, now: ContinuousClock.Instant
    ) throws(ConnectionFault) -> Action {
        let callID = request.callID
        guard callID > highestCallID, callID <= ProtocolLimits.lastCallID else {
            throw ConnectionFault(.protocolError, "call ids must rise from 1 to 2^31 - 1")
        }
        highestCallID = callID
        lastWork = now
        controlFrames.earn()
        if let refusal = refusal(of: request) {
            if request.isStreaming { expectDroppedItems() }
            return .refuse(callID: callID, refusal)
        }
        calls[callID] = ServerCallState(
            credit: StreamCredit(bytes: peer.streamWindowBytes), requestByteCount: frameByteCount,
            requests: request.isStreaming ? RequestStreamState() : nil)
        liveRequestBytes += frameByteCount
        return .start(callID: callID)
    }

    private func refusal(of request: IncomingRequest) -> RPCError? {
        if lastCallIDAtDrain != nil {
            return .shuttingDown
        }
        if calls.count >= limits.calls {
            return RPCError(
                .resourceExhausted, "\(limits.calls) calls are in flight on this connection",
                reason: RPCReason.overloaded)
        }
        guard request.metadata.byteCount <= ProtocolLimits.metadataBytes,
            request.metadata.count <= ProtocolLimits.metadataEntries
        else {
            return RPCError(
                .resourceExhausted,
                "metadata has over \(ProtocolLimits.metadataBytes) bytes or \(ProtocolLimits.metadataEntries) keys",
                reason: RPCReason.metadataTooLarge)
        }
        return nil
    }

    /// Asks to send the call's Response; the first outcome wins.
    ///
    /// - Returns: whether to send it; false: the call has an answer already, or ended.
    public mutating func answer(_ callID: UInt32, now: ContinuousClock.Instant) -> Bool {
        guard let call = calls[callID], !call.isAnswered else { return false }
        calls[callID]?.isAnswered = true
        lastWork = now
        freeIfOver(callID)
        return true
    }

    /// The call's handler has returned; nothing of it runs any more.
    public mutating func handlerEnded(_ callID: UInt32) {
        calls[callID]?.hasHandlerEnded = true
        freeIfOver(callID)
    }

    /// Whether the call waits for its Response.
    public func isOpen(_ callID: UInt32) -> Bool {
        calls[callID].map { !$0.isAnswered } ?? false
    }

    /// Whether the client has given credit for an item of the call.
    public func allowsItem(_ callID: UInt32) -> Bool {
        calls[callID].map { !$0.isAnswered && $0.credit.allowsSending } ?? false
    }

    /// Pays for an item. Legal only while `allowsItem`.
    public mutating func itemSent(_ callID: UInt32, payloadByteCount: Int) {
        calls[callID]?.credit.spend(payloadByteCount: payloadByteCount)
        controlFrames.earn()
    }

    private mutating func freeIfOver(_ callID: UInt32) {
        guard let call = calls[callID], call.isAnswered, call.hasHandlerEnded else { return }
        liveRequestBytes -= call.requestByteCount + (call.requests?.heldBytes ?? 0)
        if call.requests?.hasEnded == false { expectDroppedItems() }
        calls[callID] = nil
    }

    /// What a client has sent of a stream before it hears that the call has ended.
    private mutating func expectDroppedItems() {
        droppedItems.earn(windowBytes: ProtocolLimits.defaultStreamWindowBytes, frameBytes: frameByteLimit)
    }
}
