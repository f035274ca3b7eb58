public import Model
internal import Store

/// One item of a watch.
public enum WatchItem: Sendable {
    case event(Event)
    /// Everything up to this revision was sent.
    case bookmark(Int64)
}

extension ResourceManager {
    private static var watchBatchSize: Int { 256 }
    private static var bookmarkInterval: Duration { .seconds(10) }

    /// Sends every event after a revision, without a gap, until the caller's task is cancelled or `send` throws. Events
    /// are read from the log as they are sent, so a slow receiver misses nothing.
    ///
    /// - Parameters:
    ///   - revision: nil: from now on.
    ///   - kinds: only these; empty: all.
    /// - Throws: `COMPACTED` if events after the revision are no longer kept.
    public func watch(
        from revision: Int64?, kinds: Set<ResourceKind>, _ call: Call,
        send: @Sendable (WatchItem) async throws -> Void
    ) async throws {
        var (project, position) = try await read(call) { ($1, try $0.startPosition(revision)) }
        try await send(.bookmark(position))
        var nextBookmark = ContinuousClock.now + Self.bookmarkInterval
        while true {
            let changes = store.changes(of: [.events(of: project)])
            let batch = try await batch(after: position, project, call)
            for event in batch.events where kinds.isEmpty || kinds.contains(where: { $0.rawValue == event.kind }) {
                try await send(.event(event))
            }
            position = batch.position
            if ContinuousClock.now >= nextBookmark {
                try await send(.bookmark(position))
                nextBookmark = ContinuousClock.now + Self.bookmarkInterval
            }
            try Task.checkCancellation()
            if batch.events.isEmpty {
                await nextElement(of: changes, within: ContinuousClock.now.duration(to: nextBookmark))
            }
        }
    }

    /// - Parameter project: as it was found when the watch began.
    private func batch(
        after position: Int64, _ project: ProjectID, _ call: Call
    ) async throws -> (events: [Event], position: Int64) {
        try await readSystem(call) { [kinds] transaction in
            try transaction.requireKept(position)
            let events = try transaction.events(
                after: position, project: project, of: kinds.stored, limit: Self.watchBatchSize)
            return (events, try events.last?.sequence ?? max(position, transaction.lastSequence()))
        }
    }
}

extension ReadTransaction {
    /// - Parameter revision: nil: from now on.
    fileprivate func startPosition(_ revision: Int64?) throws -> Int64 {
        let last = try lastSequence()
        guard let revision else { return last }
        guard revision <= last else {
            throw Refusal.invalid(
                field: "from_revision", "revision \(revision) is not there yet; the last is \(last)")
        }
        guard try !wereRevisionsSkipped(after: revision) else {
            throw Refusal(
                .compacted,
                "the metadata were restored from a backup after revision \(revision): "
                    + "list again, then watch from there")
        }
        return revision
    }

    fileprivate func requireKept(_ position: Int64) throws {
        let first = try firstSequence()
        guard position < first - 1 else { return }
        throw Refusal(
            .compacted,
            "events after revision \(position) are no longer kept, the oldest is \(first): "
                + "list again, then watch from there"
        )
    }
}
