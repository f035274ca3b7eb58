internal import Synchronization

/// One result on its way from who produces it to the one who waits. Safe from any thread.
package final class AnswerSlot: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Result<[UInt8], RPCError>, Never>)
        case filled(Result<[UInt8], RPCError>)
    }

    private let state = Mutex(State.empty)

    package init() {}

    /// Legal once.
    package func fill(_ result: Result<[UInt8], RPCError>) {
        let waiting = state.withLock { state -> CheckedContinuation<Result<[UInt8], RPCError>, Never>? in
            defer { state = .filled(result) }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(returning: result)
    }

    /// Waits for the result. Legal once.
    package func value() async -> Result<[UInt8], RPCError> {
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
