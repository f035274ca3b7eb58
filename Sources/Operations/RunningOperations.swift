internal import Model
internal import Synchronization

/// Which operations' tasks run in this process, and what they are doing: all that a runner keeps in memory.
final class RunningOperations: Sendable {
    /// Something that a task does and that may be ended early.
    struct Activity {
        var task: Task<Void, any Error>
        var endsOnCancel: Bool
        var endsOnDrain: Bool
    }

    private struct Entry {
        var isCancelled = false
        var startsAgain = false
        var activity: Activity?
    }

    private struct State {
        var entries: [OperationID: Entry] = [:]
        var isDraining = false
        var idleWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Whether to start a task for the operation. If it has one, that one will look at the operation once more.
    func begin(_ id: OperationID) -> Bool {
        state.withLock { state in
            guard !state.isDraining else { return false }
            guard state.entries[id] == nil else {
                state.entries[id]?.startsAgain = true
                return false
            }
            state.entries[id] = Entry()
            return true
        }
    }

    /// - Returns: true if the task must look at the operation once more instead of ending.
    func end(_ id: OperationID) -> Bool {
        let (startsAgain, waiters) = state.withLock { state in
            if state.entries[id]?.startsAgain == true, !state.isDraining {
                state.entries[id] = Entry()
                return (true, [CheckedContinuation<Void, Never>]())
            }
            state.entries[id] = nil
            guard state.entries.isEmpty else { return (false, []) }
            defer { state.idleWaiters = [] }
            return (false, state.idleWaiters)
        }
        for waiter in waiters { waiter.resume() }
        return startsAgain
    }

    /// Runs something that `cancel` or `drain` may end early by cancelling its task.
    func perform(
        _ id: OperationID, endsOnCancel: Bool, endsOnDrain: Bool, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let task = Task { try await body() }
        let endsAtOnce = state.withLock { state in
            state.entries[id]?.activity = Activity(task: task, endsOnCancel: endsOnCancel, endsOnDrain: endsOnDrain)
            let isCancelled = state.entries[id]?.isCancelled ?? false
            return (endsOnCancel && isCancelled) || (endsOnDrain && state.isDraining)
        }
        if endsAtOnce { task.cancel() }
        defer { state.withLock { $0.entries[id]?.activity = nil } }
        try await task.value
    }

    func isCancelled(_ id: OperationID) -> Bool {
        state.withLock { $0.entries[id]?.isCancelled ?? false }
    }

    /// Ends early what the operation's task is doing, if that may be cancelled.
    func cancel(_ id: OperationID) {
        let task = state.withLock { state -> Task<Void, any Error>? in
            state.entries[id]?.isCancelled = true
            guard let activity = state.entries[id]?.activity, activity.endsOnCancel else { return nil }
            return activity.task
        }
        task?.cancel()
    }

    /// From here on no task starts, and pauses end early.
    func drain() {
        let tasks = state.withLock { state in
            state.isDraining = true
            return state.entries.values.compactMap { $0.activity }.filter(\.endsOnDrain).map(\.task)
        }
        for task in tasks { task.cancel() }
    }

    func waitUntilIdle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                guard !state.entries.isEmpty else { return true }
                state.idleWaiters.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }
}
