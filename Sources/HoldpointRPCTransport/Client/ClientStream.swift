internal import HoldpointRPC

/// Starts a streaming call and tells the connection what its consumer has taken.
enum ClientStream {
    /// - Parameter whenOver: the call has ended, however.
    static func start(
        _ call: ClientCall, core: ClientCore, whenOver: @escaping @Sendable () -> Void = {}
    ) -> ItemQueue {
        let meter = ConsumptionMeter(threshold: core.configuration.streamWindowBytes / 4)
        let queue = ItemQueue(
            onConsumed: { payloadByteCount in
                if let bytes = meter.add(StreamCredit.cost(payloadByteCount: payloadByteCount)) {
                    core.post(.consumed(call, bytes: bytes))
                }
            },
            onCancel: { core.post(.giveUp(call)) })
        call.receiver = .stream(queue)
        call.whenOver = whenOver
        core.post(.start(call))
        return queue
    }
}
