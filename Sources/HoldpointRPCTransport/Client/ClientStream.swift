internal import HoldpointRPC
internal import Synchronization

/// Starts a streaming call and tells the connection what its consumer has taken.
enum ClientStream {
    static func start(_ call: ClientCall, core: ClientCore) -> ItemQueue {
        let meter = ConsumptionMeter(threshold: core.configuration.streamWindowBytes / 4)
        let queue = ItemQueue(
            onConsumed: { payloadByteCount in
                if let bytes = meter.add(StreamCredit.cost(payloadByteCount: payloadByteCount)) {
                    core.post(.consumed(call, bytes: bytes))
                }
            },
            onCancel: { core.post(.giveUp(call)) })
        call.receiver = .stream(queue)
        core.post(.start(call))
        return queue
    }
}

/// Gathers small amounts, so that the loop is not woken for every item. Safe from any thread.
private final class ConsumptionMeter: Sendable {
    private let threshold: Int
    private let bytes = Atomic(0)

    init(threshold: Int) {
        self.threshold = threshold
    }

    /// The whole sum once it is worth reporting.
    func add(_ count: Int) -> Int? {
        guard bytes.add(count, ordering: .relaxed).newValue >= threshold else { return nil }
        let sum = bytes.exchange(0, ordering: .relaxed)
        return sum > 0 ? sum : nil
    }
}
