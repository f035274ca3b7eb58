internal import Synchronization

/// Items of a stream between the side that receives them and the one that takes them; the client's end of a call.
///
/// Unbounded by itself: who pushes keeps to the credit that `onConsumed` gives back. Safe from any thread.
public final class ItemQueue: ResponseSource {
    fileprivate enum Step {
        case item([UInt8])
        case ended(RPCError?)
    }

    fileprivate struct State {
        var items: [[UInt8]] = []
        /// Items before it were taken.
        var first = 0
        /// Set once; the inner nil is OK.
        var ending: RPCError??
        var waiting: [CheckedContinuation<Step, Never>] = []
    }

    private let state = Mutex(State())
    private let onConsumed: @Sendable (_ payloadByteCount: Int) -> Void
    private let onCancel: @Sendable () -> Void

    /// - Parameters:
    ///   - onConsumed: an item was taken. Called without locks held.
    ///   - onCancel: the consumer gave the call up before it ended. Called at most once, without locks held.
    public init(
        onConsumed: @escaping @Sendable (_ payloadByteCount: Int) -> Void, onCancel: @escaping @Sendable () -> Void
    ) {
        self.onConsumed = onConsumed
        self.onCancel = onCancel
    }

    /// Adds an item; dropped if the call has ended.
    public func push(_ item: [UInt8]) {
        let waiting = state.withLock { state -> CheckedContinuation<Step, Never>? in
            guard state.ending == nil else { return nil }
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.items.append(item)
            return nil
        }
        guard let waiting else { return }
        waiting.resume(returning: .item(item))
        onConsumed(item.count)
    }

    /// Ends the call; items that wait are still taken. The first end wins.
    ///
    /// - Parameter error: nil: OK.
    public func finish(_ error: RPCError?) {
        let waiting = state.withLock { state -> [CheckedContinuation<Step, Never>] in
            guard state.ending == nil else { return [] }
            state.ending = .some(error)
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: .ended(error)) }
    }

    public func next() async throws(RPCError) -> [UInt8]? {
        let step = await withTaskCancellationHandler {
            await withCheckedContinuation { take($0) }
        } onCancel: {
            cancel()
        }
        switch step {
        case .item(let item): return item
        case .ended(nil): return nil
        case .ended(.some(let error)): throw error
        }
    }

    /// Ends the call with `CANCELLED` unless it has ended, and forgets the items that wait.
    public func cancel() {
        let isOver = state.withLock { state in
            let isOver = state.ending != nil
            // What is forgotten must not look like the end of a whole stream.
            if isOver, state.first < state.items.count { state.ending = .some(.cancelled) }
            state.items = []
            state.first = 0
            return isOver
        }
        guard !isOver else { return }
        finish(.cancelled)
        onCancel()
    }

    private func take(_ continuation: CheckedContinuation<Step, Never>) {
        let step = state.withLock { state -> Step? in
            if let item = state.takeFirst() { return .item(item) }
            if let ending = state.ending { return .ended(ending) }
            state.waiting.append(continuation)
            return nil
        }
        guard let step else { return }
        continuation.resume(returning: step)
        if case .item(let item) = step { onConsumed(item.count) }
    }
}

extension ItemQueue.State {
    /// Amortized constant time: taken items are dropped when they are half of all.
    fileprivate mutating func takeFirst() -> [UInt8]? {
        guard first < items.count else { return nil }
        let item = items[first]
        items[first] = []
        first += 1
        if first * 2 > items.count {
            items.removeFirst(first)
            first = 0
        }
        return item
    }
}
