internal import Synchronization

/// Runs an actor's jobs one after the other, on threads that all executors of the kind share.
///
/// After each job it is the turn of the others, so that one that is kept busy holds up none.
final class SharedExecutor: SerialExecutor {
    private struct State {
        var jobs = Queue<UnownedJob>()
        /// A thread will come for the next job.
        var isScheduled = false
    }

    private let threads: WorkerThreads
    private let state = Mutex(State())

    init(on threads: WorkerThreads) {
        self.threads = threads
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustSchedule = state.withLock { state in
            state.jobs.append(job)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { schedule() }
    }

    private func schedule() {
        threads.run { [self] in
            guard let job = state.withLock({ $0.jobs.removeFirst() }) else { return }
            job.runSynchronously(on: asUnownedSerialExecutor())
            let goesOn = state.withLock { state in
                state.isScheduled = !state.jobs.isEmpty
                return state.isScheduled
            }
            if goesOn { schedule() }
        }
    }
}
