internal import Logging
internal import Model
internal import Store
internal import Synchronization

/// Runs reconcilers, each on its own: one that fails, or takes long, keeps no other from its work.
final class Reconcilers: Sendable {
    /// Rounds that fail one after the other before `status` tells of it: the next often mends what one met.
    static let toldFailureCount = 2

    private struct Failures {
        var count = 0
        var since: Timestamp
        var last: String
    }

    let pace: Pace
    private let store: any MetadataStore
    private let clock: @Sendable () -> Timestamp
    private let logger: Logger
    private let failures = Mutex<[String: Failures]>([:])

    /// - Parameter clock: the wall clock, for what is told.
    init(store: any MetadataStore, pace: Pace, clock: @escaping @Sendable () -> Timestamp, logger: Logger) {
        self.store = store
        self.pace = pace
        self.clock = clock
        self.logger = logger
    }

    /// Runs them until it is cancelled; returns once their rounds have ended.
    func run(_ reconcilers: [Reconciler]) async {
        await withTaskGroup(of: Void.self) { group in
            for reconciler in reconcilers { group.addTask { await self.run(reconciler) } }
        }
    }

    /// Those whose rounds keep failing, in the order of their names.
    var problems: [SystemProblem] {
        failures.withLock { failures in
            failures.sorted { $0.key < $1.key }.filter { $0.value.count >= Self.toldFailureCount }.map {
                name, failures in
                SystemProblem(failing: name, failures.last, since: failures.since)
            }
        }
    }

    private func run(_ reconciler: Reconciler) async {
        guard await pause(reconciler.firstDelay) else { return }
        while !Task.isCancelled {
            // Before the round, which may miss what changes during it.
            let changes = reconciler.wakes.isEmpty ? nil : store.changes(of: reconciler.wakes)
            await perform(reconciler)
            await nextElement(of: changes, within: reconciler.period, pace)
            guard await pause(reconciler.shortestPause) else { return }
        }
    }

    private func perform(_ reconciler: Reconciler) async {
        do {
            try await reconciler.round()
            failures.withLock { $0[reconciler.name] = nil }
        } catch {
            // What the end cut off did not fail.
            guard !Task.isCancelled else { return }
            note(error, of: reconciler.name)
        }
    }

    private func note(_ error: any Error, of name: String) {
        logger.error(
            "work in the background failed; it is tried again", metadata: ["work": "\(name)", "error": "\(error)"])
        let cause = Refusal(explaining: error).map { "\($0.reason.rawValue): \($0.message)" } ?? "an internal error"
        let now = clock()
        failures.withLock { failures in
            failures[name, default: Failures(since: now, last: cause)].count += 1
            failures[name]?.last = cause
        }
    }

    /// - Returns: false once the task is cancelled.
    private func pause(_ time: Duration) async -> Bool {
        if time > .zero { try? await pace.pause(time) }
        return !Task.isCancelled
    }
}
