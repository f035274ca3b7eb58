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
