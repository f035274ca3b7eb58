internal import HoldpointRPC
internal import NIOCore

/// Streams of requests on their way to their handlers.
extension ServerConnectionHandler {
    /// Items that are taken give the client credit, some at a time.
    private static let reportedAtOnce = ProtocolLimits.streamWindowBytesBeforeHello / 8

    /// Where the connection puts a call's items until its handler takes them.
    func requestQueue(of callID: UInt32) -> ItemQueue {
        let meter = ConsumptionMeter(threshold: Self.reportedAtOnce)
        let (bound, loop) = (bound, loop)
        return ItemQueue(
            onConsumed: { payloadByteCount in
                guard let bytes = meter.add(StreamCredit.cost(payloadByteCount: payloadByteCount)) else { return }
                // Not at once: whoever takes an item may be in the midst of something of the connection's.
                loop.eventLoop.execute { loop.turn { bound.value.consumed(callID, bytes: bytes) } }
            },
            onCancel: {})
    }

    private func consumed(_ callID: UInt32, bytes: Int) {
        if let update = state.consumed(callID, bytes: bytes) {
            append(.windowUpdate(callID: callID, bytes: update))
        }
        accountForInput()
    }

    /// A peer that sends no more never ends its streams: what has come of them is not the whole.
    func breakOffRequests() {
        for callID in state.callsWithOpenRequests { interrupt(callID, .requestsBrokenOff) }
    }
}

extension RPCError {
    fileprivate static let requestsBrokenOff = RPCError(
        .cancelled, "the client shut its side of the connection before the end of its stream")
}
