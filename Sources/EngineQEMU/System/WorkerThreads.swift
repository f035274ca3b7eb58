internal import CLinux
internal import Dispatch
internal import Foundation
internal import Synchronization

/// Threads for work that may block: as many as there is work at once, up to a limit. Beyond it work waits, in the order
/// in which it came. A thread that has had nothing to do for a while ends.
///
/// Rejected: dispatch queues. A serial one takes a thread of its own for each that has work at once, without a limit of
/// ours; all concurrent ones share as many threads as there are processors, and what blocks on them stops the others.
final class WorkerThreads: Sendable {
    private struct State {
        var jobs = Queue<@Sendable () -> Void>()
        var threadCount = 0
        /// Threads that wait and that nobody has signalled to.
        var idleCount = 0
    }

    private let name: String
    private let limit: Int
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    private static let idleSeconds = 10
    private static let stackByteCount = 512 << 10

    /// - Parameter limit: threads at most.
    init(_ name: String, limit: Int) {
        self.name = name
        self.limit = limit
    }

    func run(_ job: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            if state.idleCount > 0 {
                state.idleCount -= 1
                work.signal()
                return false
            }
            guard state.threadCount < limit else { return false }
            state.threadCount += 1
            return true
        }
        if needsThread { startThread() }
    }

    private func startThread() {
        let thread = Thread { [self] in
            // Foundation keeps a thread's name to itself.
            linux_name_thread(name)
            while let job = next() { job() }
        }
        thread.stackSize = Self.stackByteCount
        thread.start()
    }

    /// - Returns: nil: there was nothing to do for long, and the thread is not counted any more.
    private func next() -> (@Sendable () -> Void)? {
        while true {
            let job = state.withLock { state in
                let job = state.jobs.removeFirst()
                if job == nil { state.idleCount += 1 }
                return job
            }
            if let job { return job }
            if work.wait(timeout: .now() + .seconds(Self.idleSeconds)) == .success { continue }
            if leaves() { return nil }
            // A signal is on its way.
            work.wait()
        }
    }

    private func leaves() -> Bool {
        state.withLock { state in
            guard state.idleCount > 0 else { return false }
            state.idleCount -= 1
            state.threadCount -= 1
            return true
        }
    }
}

/// First in, first out, in constant time each.
struct Queue<Element> {
    private var incoming: [Element] = []
    /// The next one last.
    private var outgoing: [Element] = []

    var isEmpty: Bool { incoming.isEmpty && outgoing.isEmpty }

    mutating func append(_ element: Element) {
        incoming.append(element)
    }

    mutating func removeFirst() -> Element? {
        if outgoing.isEmpty {
            outgoing = incoming.reversed()
            incoming = []
        }
        return outgoing.popLast()
    }
}
