internal import Synchronization

/// Holds a stream's sender back until its consumer has taken enough. Safe from any thread.
final class CreditGate: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var credit = StreamCredit(bytes: ProtocolLimits.defaultStreamWindowBytes)
        var isClosed = false
        var lastNumber = 0
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    /// Waits for credit and spends it.
    ///
    /// - Throws: `CancellationError` when the gate is closed or the task cancelled.
    func pass(payloadByteCount: Int) async throws {
        while !spend(payloadByteCount) {
            guard await waitForChange() else { throw CancellationError() }
        }
    }

    /// The consumer took an item.
    func giveBack(payloadByteCount: Int) {
        let waiters = state.withLock { state -> [Waiter] in
            guard let bytes = UInt32(exactly: StreamCredit.cost(payloadByteCount: payloadByteCount)),
                (try? state.credit.add(bytes)) != nil
            else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: true) }
    }

    /// The call has ended: nobody passes any more.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: false) }
    }

    private func spend(_ payloadByteCount: Int) -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.waiters.isEmpty, state.credit.allowsSending else { return false }
            state.credit.spend(payloadByteCount: payloadByteCount)
            return true
        }
    }

    /// False: there is nothing to wait for any more.
    private func waitForChange() async -> Bool {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { enqueue(Waiter(number: number, continuation: $0)) }
        } onCancel: {
            release(number)
        }
    }

    private func enqueue(_ waiter: Waiter) {
        let answer = state.withLock { state -> Bool? in
            if state.isClosed || Task.isCancelled { return false }
            if state.credit.allowsSending && state.waiters.isEmpty { return true }
            state.waiters.append(waiter)
            return nil
        }
        if let answer { waiter.continuation.resume(returning: answer) }
    }

    private func release(_ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: false)
    }
}
