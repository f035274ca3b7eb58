internal import Model
internal import Store

/// What a stuck operation holds shows why, and who can resolve it.
extension WriteTransaction {
    func showStuck(_ operation: Operation, _ kinds: ManagedKinds, at now: Timestamp) throws {
        // Where an undo failed, its step says so; the problem is then what it was undone for.
        let step = operation.steps.last { !$0.message.isEmpty && $0.state != .undone && $0.state != .done }
        let why = step?.message ?? operation.problem?.message ?? "its cause is not known"
        let shown = Failure(
            step: step?.name ?? operation.problem?.step ?? "", reason: operation.problem?.reason ?? "INTERNAL",
            message: "operation \(operation.id) stopped half-way: \(why)", attempts: operation.problem?.attempts ?? 1,
            resolvableBy: .administrator)
        try setFailure(shown, onAllHeldBy: operation, kinds, at: now)
    }

    func hideStuck(_ operation: Operation, _ kinds: ManagedKinds, at now: Timestamp) throws {
        try setFailure(nil, onAllHeldBy: operation, kinds, at: now)
    }

    private func setFailure(
        _ failure: Failure?, onAllHeldBy operation: Operation, _ kinds: ManagedKinds, at now: Timestamp
    ) throws {
        func set(_ held: some StoredKind) throws {
            try change(held.id, by: operation, at: now) { $0.header.failure = failure }
        }
        for resource in try held(by: operation.id, of: kinds.stored) { try set(resource) }
    }
}
