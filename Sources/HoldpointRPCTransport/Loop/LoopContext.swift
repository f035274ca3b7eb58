internal import HoldpointRPC
internal import NIOCore
internal import Synchronization

/// Something that has gathered output and wants to write it once, at the end of a turn.
protocol Flushable: AnyObject {
    func flush()
}

/// What the connections of one event loop share: an executor for handlers, timers, memory for messages, and the turn.
///
/// A *turn* is the work after one read, wake-up or timer. Handlers that become ready in it run before it ends, and then
/// every connection with output writes once: a write for each answer costs four times as much.
///
/// Unchecked: everything but `queue` is used on the loop only.
final class LoopContext: TaskExecutor, @unchecked Sendable {
    /// Rounds of ready jobs in one turn, so that handlers that never wait do not keep the loop from its sockets.
    private static let roundLimit = 16

    private struct Queue {
        var jobs: [UnownedJob] = []
        /// The turn that is open will look at the jobs.
        var isInTurn = false
        /// A wake-up is on its way.
        var isWaking = false
    }

    let eventLoop: any EventLoop
    let scratch = MessageScratch()
    let timers: LoopTimers
    /// Time of the turn.
    private(set) var now = ContinuousClock.now

    private let queue = Mutex(Queue())
    private var running: [UnownedJob] = []
    private var dirty: [any Flushable] = []
    private var isInTurn = false
    private var isSettling = false

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        timers = LoopTimers(eventLoop: eventLoop)
        timers.inTurn = { [unowned self] actions in turn(actions) }
    }

    /// Runs work that came from outside a turn as one.
    func turn(_ work: () -> Void) {
        beginTurn()
        work()
        settle()
    }

    /// Takes a job of a handler that becomes ready, from any thread.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = queue.withLock { queue in
            queue.jobs.append(job)
            guard !queue.isInTurn, !queue.isWaking else { return false }
            queue.isWaking = true
            return true
        }
        if mustWake { wake() }
    }

    /// Opens a turn; `settle` ends it.
    func beginTurn() {
        guard !isInTurn else { return }
        now = .now
        isInTurn = true
        queue.withLock { $0.isInTurn = true }
    }

    /// Runs what is ready, then writes what was gathered. Ends the turn.
    func settle() {
        guard !isSettling else { return }
        beginTurn()
        isSettling = true
        for _ in 0..<Self.roundLimit {
            let hadJobs = runJobs()
            let hadOutput = flushDirty()
            if !hadJobs && !hadOutput { break }
        }
        isSettling = false
        endTurn()
    }

    /// Has the connection's `flush` called at the end of this turn, or of one that is opened for it.
    func markDirty(_ connection: any Flushable) {
        dirty.append(connection)
        if !isInTurn { requestTurn() }
    }

    /// Opens a turn soon.
    func requestTurn() {
        let mustWake = queue.withLock { queue in
            defer { queue.isWaking = true }
            return !queue.isWaking
        }
        if mustWake { wake() }
    }

    private func wake() {
        eventLoop.execute { [self] in
            queue.withLock { $0.isWaking = false }
            settle()
        }
    }

    private func runJobs() -> Bool {
        queue.withLock { swap(&$0.jobs, &running) }
        guard !running.isEmpty else { return false }
        let executor = asUnownedTaskExecutor()
        for job in running { job.runSynchronously(on: executor) }
        running.removeAll(keepingCapacity: true)
        return true
    }

    private func flushDirty() -> Bool {
        guard !dirty.isEmpty else { return false }
        let connections = dirty
        dirty.removeAll(keepingCapacity: true)
        for connection in connections { connection.flush() }
        return true
    }

    private func endTurn() {
        isInTurn = false
        let isDone = queue.withLock { queue in
            queue.isInTurn = false
            return queue.jobs.isEmpty
        }
        if !isDone || !dirty.isEmpty { requestTurn() }
    }
}
