internal import Foundation
internal import Glibc
internal import Model

/// Threads that compute hashes, so that neither an event loop nor Swift's own threads are held: at most two at once,
/// each with 32 MiB, behind everybody else's work.
public final class HashThreads: Sendable {
    static let threadCount = 2
    /// Hashes that wait; each principal and source has at most one of them.
    static let longestQueue = 64
    /// Added to the process's nice value: a flood of passwords costs those who wait for their own, nobody else.
    private static let niceness: Int32 = 5

    private let queue = WaitingWork()

    public init() {
        for number in 1...Self.threadCount {
            let thread = Thread { [queue] in
                // From inside: Foundation on Linux names running threads only.
                Thread.current.name = "password-\(number)"
                // On Linux the nice value is each thread's own.
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
                while let work = queue.next() { work() }
            }
            thread.start()
        }
    }

    deinit {
        queue.close()
    }

    /// Does something on one of the threads; once begun it is finished, whether or not the caller still waits.
    ///
    /// - Throws: `OVERLOADED`, or what `work` throws.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = queue.add({ continuation.resume(with: Result(catching: work)) }, limit: Self.longestQueue)
            if !isTaken { continuation.resume(throwing: Refusal.tooManyPasswords) }
        }
    }
}

extension Refusal {
    fileprivate static let tooManyPasswords = Refusal(
        .overloaded, "\(HashThreads.longestQueue) passwords wait to be compared; try again later")
}

/// Work that threads take, oldest first.
private final class WaitingWork: @unchecked Sendable {
    // Unchecked: `items` and `isClosed` are touched with the condition's lock held only.
    private let condition = NSCondition()
    private var items: [@Sendable () -> Void] = []
    private var isClosed = false

    /// - Returns: false if it was not taken, because too much waits.
    func add(_ item: @escaping @Sendable () -> Void, limit: Int) -> Bool {
        condition.withLock {
            guard items.count < limit else { return false }
            items.append(item)
            condition.signal()
            return true
        }
    }

    /// Blocks until there is work.
    ///
    /// - Returns: nil once the queue is closed and empty.
    func next() -> (@Sendable () -> Void)? {
        condition.withLock {
            while items.isEmpty {
                guard !isClosed else { return nil }
                condition.wait()
            }
            return items.removeFirst()
        }
    }

    func close() {
        condition.withLock {
            isClosed = true
            condition.broadcast()
        }
    }
}
