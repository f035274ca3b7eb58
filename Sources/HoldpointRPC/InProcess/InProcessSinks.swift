public import ProtobufC
internal import Synchronization

/// Where a streaming handler's items go inside the process.
struct InProcessSink: ResponseSink {
    let gate: CreditGate
    let queue: ItemQueue

    func send(_ item: any RPCMessage) async throws {
        let bytes = try item.serialized()
        try await gate.pass(payloadByteCount: bytes.count)
        queue.push(bytes)
    }
}

/// The sink of a unary call: it takes no items, and generated code offers none.
public struct ClosedSink: ResponseSink {
    public init() {}

    public func send(_ item: any RPCMessage) async throws {
        throw CancellationError()
    }
}

/// A call that is made after who wants to interrupt it.
final class CallReference: Sendable {
    private let call = Mutex<InProcessCall?>(nil)

    func set(_ call: InProcessCall) {
        self.call.withLock { $0 = call }
    }

    func interrupt(_ error: RPCError) {
        call.withLock { $0 }?.interrupt(error)
    }
}

/// A call's stream of requests inside the process: the producer's end, and the handler's.
final class InProcessRequests: Sendable {
    private let gate = CreditGate()
    private let queue: ItemQueue

    init() {
        queue = ItemQueue(onConsumed: { [gate] in gate.giveBack(payloadByteCount: $0) }, onCancel: {})
    }

    var sink: any RequestSink { Sink(gate: gate, queue: queue) }
    var source: any RequestSource { QueuedSource(queue) }

    /// The producer has sent everything.
    func finish() { queue.finish(nil) }

    /// The call has ended.
    func close() {
        gate.close()
        queue.finish(.cancelled)
    }

    private struct Sink: RequestSink {
        let gate: CreditGate
        let queue: ItemQueue

        func send(_ item: [UInt8]) async throws {
            try await gate.pass(payloadByteCount: item.count)
            queue.push(item)
        }
    }
}
