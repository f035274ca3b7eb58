extension HoldpointClient {
    /// Hands on events as they come, without a gap: after a lost connection it begins behind the last one again.
    ///
    /// - Parameters:
    ///   - revision: events after this one; nil: from now on.
    ///   - kinds: only these (`volume`, `operation` …); empty: all.
    ///   - patience: how long the server may be away at a time.
    ///   - receive: returns whether it wants more.
    /// - Throws: `UNAVAILABLE` when the server was away for too long, `OUT_OF_RANGE` with `COMPACTED` for a revision
    ///   that is no longer kept, and what `receive` throws.
    public func watch(
        from revision: UInt64? = nil, kinds: [String] = [], patience: Duration = .seconds(60),
        receive: (Event) throws -> Bool
    ) async throws {
        var position = revision
        var lastSeen = ContinuousClock.now
        var failures = 0
        while true {
            do {
                let request = WatchRequest(start: position.map { .fromRevision($0) }, kinds: kinds)
                for try await response in events.watch(request, options: CallOptions(retries: false)) {
                    (lastSeen, failures) = (.now, 0)
                    switch response.item {
                    case .event(let event):
                        position = event.sequence
                        guard try receive(event) else { return }
                    case .bookmarkRevision(let bookmark): position = max(bookmark, position ?? 0)
                    case nil: break
                    }
                }
            } catch let error as RPCError {
                guard error.isTransient, lastSeen.duration(to: .now) < patience else { throw error }
            }
            failures += 1
            try await pause(after: failures, atMost: patience)
        }
    }
}
