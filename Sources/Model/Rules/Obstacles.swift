/// What keeps a resource from being changed at all, whatever the change.
extension Resource {
    /// An operation that an administrator must resolve holds it: waiting for that would not help.
    public var isHeldByStuckOperation: Bool {
        header.operationID != nil && header.failure?.resolvableBy == .administrator
    }

    /// - Returns: nil if nothing does.
    var obstacle: (reason: Reason, remedy: Refusal.Remedy)? {
        if isHeldByStuckOperation || state.rawValue == "ERROR_DELETING" {
            return (.adminRequired, .resolve(header.operationID?.rawValue ?? id.rawValue))
        }
        guard let operation = header.operationID else { return nil }
        let why = "wait for the operation that is changing \(header.name)"
        return (.resourceBusy, .waitFor(operation, reason: why))
    }

    /// - Throws: `RESOURCE_BUSY` with the operation to wait for; `ADMIN_REQUIRED` if that is stuck.
    public func requireIdle() throws(Refusal) {
        guard let operation = header.operationID, let obstacle else { return }
        let what = "\(Self.kind.words) \(header.name)"
        var refusal = Refusal(
            obstacle.reason,
            obstacle.reason == .resourceBusy
                ? "operation \(operation) is running on \(what)"
                : "operation \(operation) is stuck and holds \(what); an administrator resolves it")
        refusal.blockers = [
            .init(kind: Self.kind.rawValue, id: id.rawValue, name: header.name, reason: obstacle.reason)
        ]
        refusal.remedies = [obstacle.remedy]
        refusal.operationID = operation
        if obstacle.reason == .resourceBusy {
            refusal.retryAfterMilliseconds = DeletionPlan.busyRetryMilliseconds
        }
        throw refusal
    }
}
