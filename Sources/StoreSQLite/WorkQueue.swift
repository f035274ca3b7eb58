internal import Foundation
internal import Store

/// Work that callers leave for threads, oldest first; a thread takes what waits together.
///
/// Its length is bounded by the number of calls in flight, which the callers limit.
final class WorkQueue<Item>: @unchecked Sendable {
    // Unchecked: `items` and `isClosed` are touched with the condition's lock held only.
    private let condition = NSCondition()
    private var items: [Item] = []
    private var isClosed = false

    /// Items that no thread has taken yet.
    var count: Int {
        condition.lock()
        defer { condition.unlock() }
        return items.count
    }

    /// - Returns: false if the queue was closed; the item was not taken.
    func add(_ item: Item) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed else { return false }
        items.append(item)
        condition.signal()
        return true
    }

    /// Blocks until there is work.
    ///
    /// - Returns: nil once the queue is closed and empty.
    func take(atMost limit: Int) -> [Item]? {
        condition.lock()
        defer { condition.unlock() }
        while items.isEmpty {
            guard !isClosed else { return nil }
            condition.wait()
        }
        let taken = Array(items.prefix(limit))
        items.removeFirst(taken.count)
        return taken
    }

    /// What is in the queue is still done; nothing more is accepted.
    func close() {
        condition.lock()
        defer { condition.unlock() }
        isClosed = true
        condition.broadcast()
    }
}

extension WorkQueue {
    /// Leaves a transaction for a thread and waits for its outcome, whether or not the task is cancelled.
    func perform<Transaction, Result: Sendable>(
        for purpose: WritePurpose = .ordinary, _ body: @escaping @Sendable (Transaction) throws -> Result,
        health: StoreHealth
    ) async throws -> Result where Item == Job<Transaction> {
        try health.check()
        return try await withCheckedThrowingContinuation { continuation in
            let job = Job(for: purpose, body, continuation)
            if !add(job) {
                job.finish(StoreError.unusable("the store was closed"))
            }
        }
    }
}
