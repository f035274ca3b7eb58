extension HoldpointClient {
    /// Makes a call, and as long as it is refused with `RESOURCE_BUSY`, waits for the operation that is in the way and
    /// makes it again.
    ///
    /// - Parameters:
    ///   - timeout: give up after this time; nil: never.
    ///   - call: makes the call; with the same request id every time.
    /// - Throws: what `call` throws; `RESOURCE_BUSY` when the operation in the way has ended (stuck) and holds the
    ///   resource still; `DEADLINE_EXCEEDED` when the time is over.
    public func waitingWhileBusy<Answer>(
        timeout: Duration? = nil, _ call: () async throws(RPCError) -> Answer
    ) async throws(RPCError) -> Answer {
        let end = timeout.map { ContinuousClock.now + $0 }
        var waitedFor: Set<String> = []
        while true {
            do throws(RPCError) {
                return try await call()
            } catch {
                guard let id = error.busyOperationID, waitedFor.insert(id).inserted else { throw error }
                try await waitUntilEnded(id, until: end)
            }
        }
    }

    /// One that is no longer known has ended.
    private func waitUntilEnded(_ id: String, until end: ContinuousClock.Instant?) async throws(RPCError) {
        do throws(RPCError) {
            let left = end.map { ContinuousClock.now.duration(to: $0) }
            _ = try await wait(for: Operation(id: id), timeout: left)
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }
}

extension RPCError {
    /// The operation that keeps a resource busy; nil if that is not what happened.
    public var busyOperationID: String? {
        guard reason == "RESOURCE_BUSY" else { return nil }
        let id = status.operationID.isEmpty ? status.blockers.first { $0.kind == "operation" }?.id : status.operationID
        return id?.isEmpty == true ? nil : id
    }
}
