internal import Store
internal import Synchronization

/// Wakes those who wait for what was changed; each keeps at most one unread signal. Nobody else is touched.
final class ChangeSignal: Sendable {
    private typealias Subscriber = AsyncStream<Void>.Continuation

    private struct State {
        var nextID: UInt64 = 0
        var subscribers: [ChangeTopic: [UInt64: Subscriber]] = [:]
        var isFinished = false

        func subscribers(of topics: some Sequence<ChangeTopic>) -> [Subscriber] {
            topics.flatMap { subscribers[$0].map { Array($0.values) } ?? [] }
        }
    }

    private let state = Mutex(State())

    func subscribe(to topics: Set<ChangeTopic>) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id: UInt64? = state.withLock { state in
            guard !state.isFinished else { return nil }
            defer { state.nextID += 1 }
            for topic in topics { state.subscribers[topic, default: [:]][state.nextID] = continuation }
            return state.nextID
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.remove(id, from: topics) }
        return stream
    }

    func send(_ topics: Set<ChangeTopic>) {
        // Outside the lock: a subscriber may end at the same time, and ending takes the lock.
        for subscriber in state.withLock({ $0.subscribers(of: topics) }) { subscriber.yield() }
    }

    /// Ends every stream, also those of later subscribers.
    func finish() {
        let subscribers = state.withLock { state in
            state.isFinished = true
            return state.subscribers(of: state.subscribers.keys)
        }
        for subscriber in subscribers { subscriber.finish() }
    }

    var subscriberCount: Int { state.withLock { Set($0.subscribers.values.flatMap(\.keys)).count } }

    private func remove(_ id: UInt64, from topics: Set<ChangeTopic>) {
        state.withLock { state in
            for topic in topics {
                state.subscribers[topic]?[id] = nil
                if state.subscribers[topic]?.isEmpty == true { state.subscribers[topic] = nil }
            }
        }
    }
}
