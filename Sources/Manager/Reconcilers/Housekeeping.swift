internal import Logging
internal import Store

/// How long things are kept that are only good for a while.
enum Retention {
    static let interval = Duration.seconds(60)
    /// Watch history: a day and 100,000 events, by the store's age (see `StoreAge`).
    static let eventMilliseconds: Int64 = 24 * 3_600_000 + StoreAge.largestAdvanceMilliseconds
    static let eventCount: Int64 = 100_000
    /// Seven days of the store's age.
    static let requestMilliseconds: Int64 = 7 * 24 * 3_600_000 + StoreAge.largestAdvanceMilliseconds
}

extension ResourceManager {
    /// Collects dead layers and forgets old events and requests, at once and every minute until it is cancelled.
    func keepHouse() async {
        var counted = ContinuousClock.now
        var walk = LayerWalk()
        while !Task.isCancelled {
            await keeping { try await collectDeadLayers(&walk) }
            await keeping {
                let now = ContinuousClock.now
                try await forgetOldThings(after: counted.duration(to: now))
                counted = now
            }
            try? await Task.sleep(for: Retention.interval)
        }
    }

    /// One task that fails keeps no other from being done.
    private func keeping(_ task: () async throws -> Void) async {
        do {
            try await task()
        } catch {
            logger.error("housekeeping failed; it is tried again", metadata: ["error": "\(error)"])
        }
    }

    /// - Parameter time: since the last time, by a clock that does not jump.
    func forgetOldThings(after time: Duration) async throws {
        let age = try await store.write(for: .freeing) { try $0.advanceAge(by: time) }
        try await inTurns { try $0.forgetRequests(beforeAge: age - Retention.requestMilliseconds) }
        try await inTurns {
            try $0.compactEvents(beforeAge: age - Retention.eventMilliseconds, keepingNewest: Retention.eventCount)
        }
    }

    /// Forgets until a turn finds less than it may drop; whoever waits for the writer comes in between.
    private func inTurns(_ turn: @escaping @Sendable (any WriteTransaction) throws -> Int) async throws {
        while try await store.write(for: .freeing, turn) >= Forgetting.rowsInATurn { try Task.checkCancellation() }
    }
}
