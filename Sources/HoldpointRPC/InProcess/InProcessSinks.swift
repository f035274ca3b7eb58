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

/// One result on its way from who produces it to the one who waits.
final class AnswerSlot: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Result<[UInt8], RPCError>, Never>)
        case filled(Result<[UInt8], RPCError>)
    }

    private let state = Mutex(State.empty)

    /// Legal once.
    func fill(_ result: Result<[UInt8], RPCError>) {
        let waiting = state.withLock { state -> CheckedContinuation<Result<[UInt8], RPCError>, Never>? in
            defer { state = .filled(result) }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(returning: result)
    }

    /// Waits for the result. Legal once.
    func value() async -> Result<[UInt8], RPCError> {
        await withCheckedContinuation { continuation in
            let result = state.withLock { state -> Result<[UInt8], RPCError>? in
                if case .filled(let result) = state { return result }
                state = .waiting(continuation)
                return nil
            }
            if let result { continuation.resume(returning: result) }
        }
    }
}
