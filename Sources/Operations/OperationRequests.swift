internal import Model

/// What callers may ask of an operation that was accepted: rules without side effects.
enum OperationRequests {
    /// Decides on a wish to cancel.
    ///
    /// - Returns: the operation with the wish noted; nil: nothing is to be changed, it is being stopped already.
    /// - Throws: OPERATION_NOT_CANCELLABLE.
    static func cancelled(
        _ operation: Operation, traits: [OperationPlan.StepTraits]
    ) throws(Refusal) -> Operation? {
        switch operation.state {
        case .cancelled: return nil
        case .succeeded, .failed: throw refusal(operation, "it has ended")
        case .stuck: throw refusal(operation, "it is stuck; an administrator resumes it")
        case .pending, .running: break
        }
        if OperationPlan(operation, traits: traits).isPastPointOfNoReturn {
            throw refusal(operation, "it is past its point of no return and will be finished")
        }
        // An operation whose step failed is being undone anyway, and ends as FAILED.
        guard !operation.isTurnedBack else { return nil }
        var cancelled = operation
        cancelled.cancelRequested = true
        return cancelled
    }

    /// Decides on an administrator's wish to go on with a stuck operation.
    ///
    /// - Returns: the operation, running again.
    /// - Throws: STATE_FORBIDS.
    static func resumed(_ operation: Operation, at now: Timestamp) throws(Refusal) -> Operation {
        guard operation.state == .stuck else {
            throw Refusal(
                .stateForbids,
                "operation \(operation.id) is \(operation.state.rawValue); only a STUCK operation can be resumed")
        }
        var resumed = operation
        resumed.state = .running
        resumed.stateSince = now
        // Why it is undone stays; anything else is what the administrator has dealt with.
        if !operation.isTurnedBack { resumed.problem = nil }
        return resumed
    }

    private static func refusal(_ operation: Operation, _ why: String) -> Refusal {
        var refusal = Refusal(
            .operationNotCancellable, "operation \(operation.id) cannot be cancelled: \(why)")
        refusal.operationID = operation.id
        return refusal
    }
}
