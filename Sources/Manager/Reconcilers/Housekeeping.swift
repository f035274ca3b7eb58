internal import Logging
internal import Model
internal import Store

/// How long things are kept that are only good for a while.
enum Retention {
    static let interval = Duration.seconds(60)
    /// Watch history: at least an hour and 100,000 events.
    static let eventMilliseconds: Int64 = 24 * 3_600_000
    static let eventCount: Int64 = 100_000
    static let requestMilliseconds: Int64 = 7 * 24 * 3_600_000
}

extension ResourceManager {
    /// Collects dead layers and forgets old events and requests, at once and every minute until it is cancelled.
    func keepHouse() async {
        while !Task.isCancelled {
            do {
                try await collectDeadLayers()
                try await forgetOldThings()
            } catch {
                logger.error("housekeeping failed; it is tried again", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Retention.interval)
        }
    }

    private func forgetOldThings() async throws {
        let now = clock().millisecondsSinceEpoch
        try await store.write { transaction in
            try transaction.forgetRequests(
                before: Timestamp(millisecondsSinceEpoch: now - Retention.requestMilliseconds))
            try transaction.compactEvents(
                before: Timestamp(millisecondsSinceEpoch: now - Retention.eventMilliseconds),
                keepingNewest: Retention.eventCount)
        }
    }
}
