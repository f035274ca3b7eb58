internal import Store
internal import Synchronization

/// Work that comes again and again by itself. A round has no input: it reads what is and what should be, does a bounded
/// part of what is missing or starts operations for it, and leaves the rest to the next.
struct Reconciler: Sendable {
    /// For the log and for `status`: what it does, as a noun.
    let name: String
    /// From the end of one round to the next at most; nil: only changes begin one.
    let period: Duration?
    /// Before the first round.
    var firstDelay = Duration.zero
    /// Changes of these begin a round at once. There is at least one, or a period.
    var wakes: Set<ChangeTopic> = []
    /// From the end of one round to the next at least, however many changes there are.
    var shortestPause = Duration.zero
    /// Throws if it could not do its work: it is told, and tried again in the next round.
    let round: @Sendable () async throws -> Void
}

/// Time as reconcilers see it; tests have their own.
struct Pace: Sendable {
    var now: @Sendable () -> ContinuousClock.Instant = { .now }
    /// Throws once the task is cancelled.
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
}

/// What one round leaves for the next. One round at a time has it.
final class RoundState<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }

    func with(_ body: (inout Value) async throws -> Void) async throws {
        var current = value.withLock { $0 }
        defer { value.withLock { $0 = current } }
        try await body(&current)
    }
}
