internal import Logging
internal import Store

/// How long things are kept that are only good for a while.
enum Retention {
    /// Watch history: a day and 100,000 events, by the store's age (see `StoreAge`).
    static let eventMilliseconds: Int64 = 24 * 3_600_000 + StoreAge.largestAdvanceMilliseconds
    static let eventCount: Int64 = 100_000
    /// Seven days of the store's age.
    static let requestMilliseconds: Int64 = 7 * 24 * 3_600_000 + StoreAge.largestAdvanceMilliseconds
}

extension ResourceManager {
    private static var housekeepingPeriod: Duration { .seconds(60) }

    /// What comes by itself, beside the keeping of servers.
    var reconcilers: [Reconciler] {
        let (walk, counted) = (RoundState(LayerWalk()), RoundState(pace.now()))
        return [
            Reconciler(name: "collection of dead layers", period: Self.housekeepingPeriod) {
                try await walk.with { try await collectDeadLayers(&$0) }
            },
            Reconciler(name: "forgetting of old events and requests", period: Self.housekeepingPeriod) {
                try await counted.with { counted in
                    let now = pace.now()
                    try await forgetOldThings(after: counted.duration(to: now))
                    counted = now
                }
            },
            stamping, inspection, denialKeeping,
            Reconciler(
                name: "looking after servers", period: ServerKeeper.roundPeriod, firstDelay: ServerKeeper.roundPeriod
            ) {
                try await keeper.makeRound()
            },
        ]
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
