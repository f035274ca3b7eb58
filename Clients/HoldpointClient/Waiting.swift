extension HoldpointClient {
    /// How long one `WaitOperation` call may take: how often progress is reported.
    static let waitStep = Duration.seconds(1)
    /// Pauses after failed calls: the first one, and the longest.
    static let firstPause = Duration.milliseconds(50)
    static let longestPause = Duration.seconds(2)

    /// Waits until an operation has ended, however it ended.
    ///
    /// Asks again and again, and goes on over lost connections and restarts of the server.
    /// - Parameters:
    ///   - operation: as it was last seen; only its id and state matter.
    ///   - timeout: give up waiting after this time; nil: never. The operation goes on.
    ///   - progress: called with the operation whenever the server has answered.
    /// - Returns: the operation: `SUCCEEDED`, `FAILED`, `CANCELLED` or `STUCK`.
    /// - Throws: `DEADLINE_EXCEEDED` with the operation's id when the time is over, `CANCELLED` when the task is
    ///   cancelled, `NOT_FOUND` and the like as the server answers.
    public func wait(
        for operation: Operation, timeout: Duration? = nil, progress: @Sendable (Operation) -> Void = { _ in }
    ) async throws(RPCError) -> Operation {
        let end = timeout.map { ContinuousClock.now + $0 }
        var latest = operation
        var failures = 0
        while !latest.hasEnded {
            let left = end.map { ContinuousClock.now.duration(to: $0) } ?? HoldpointClient.waitStep
            guard left > .zero else { throw .waitIsOver(operation.id) }
            do throws(RPCError) {
                latest = try await operations.waitOperation(
                    WaitOperationRequest(operation: operation.id),
                    options: CallOptions(timeout: min(left, HoldpointClient.waitStep), retries: false))
                failures = 0
                progress(latest)
            } catch {
                guard error.isTransient else { throw error }
                failures += 1
                try await pause(after: failures, atMost: left)
            }
        }
        return latest
    }

    /// Longer after every failure.
    func pause(after failures: Int, atMost left: Duration) async throws(RPCError) {
        let pause = min(HoldpointClient.firstPause * (1 << min(failures - 1, 16)), HoldpointClient.longestPause)
        do {
            try await Task.sleep(for: min(pause, left))
        } catch {
            throw .cancelled
        }
    }
}

extension RPCError {
    /// Whether a call that changes nothing may simply be made again.
    var isTransient: Bool {
        [.unavailable, .deadlineExceeded].contains(code) || reason == RPCReason.outcomeUnknown
    }

    static func waitIsOver(_ operationID: String) -> RPCError {
        RPCError(
            .deadlineExceeded, "the time for waiting is over; operation \(operationID) goes on",
            operationID: operationID)
    }
}
