/// What keeps a resource from being changed at all, whatever the change.
extension Resource {
    /// An operation that an administrator must resolve holds it: waiting for that would not help.
    public var isHeldByStuckOperation: Bool {
        header.operationID != nil && header.failure?.resolvableBy == .administrator
    }

    /// An earlier deletion kept failing: only an administrator leaves this state.
    public var hasFailedDeletion: Bool { state.rawValue == "ERROR_DELETING" }

    /// - Returns: nil if nothing does.
    var obstacle: (reason: Reason, remedy: Remedy)? {
        if isHeldByStuckOperation || hasFailedDeletion {
            return (.adminRequired, .resolve(header.operationID?.rawValue ?? id.rawValue))
        }
        guard let operation = header.operationID else { return nil }
        return (.resourceBusy, .wait(operation, changing: header.name))
    }

    /// - Throws: `RESOURCE_BUSY` with the operation to wait for; `ADMIN_REQUIRED` if that is stuck.
    public func requireIdle() throws(Refusal) {
        guard let operation = header.operationID else { return }
        let what = "\(Self.kind.words) \(header.name)"
        try requireNoObstacle(
            isHeldByStuckOperation
                ? "operation \(operation) is stuck and holds \(what); an administrator resolves it"
                : "operation \(operation) is running on \(what)")
    }

    /// - Throws: `ADMIN_REQUIRED` if an earlier deletion failed.
    public func requireNoFailedDeletion() throws(Refusal) {
        guard hasFailedDeletion else { return }
        try requireNoObstacle("a deletion of \(Self.kind.words) \(header.name) failed; an administrator resolves it")
    }

    private func requireNoObstacle(_ message: String) throws(Refusal) {
        guard let obstacle else { return }
        var refusal = Refusal(obstacle.reason, message)
        refusal.blockers = [
            .init(kind: Self.kind.rawValue, id: id.rawValue, name: header.name, reason: obstacle.reason)
        ]
        refusal.remedies = [obstacle.remedy]
        refusal.operationID = header.operationID
        if obstacle.reason == .resourceBusy {
            refusal.retryAfterMilliseconds = DeletionPlan.busyRetryMilliseconds
        }
        throw refusal
    }
}
