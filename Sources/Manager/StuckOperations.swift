internal import Model
internal import Store

/// What a stuck operation holds shows why, and who can resolve it.
extension WriteTransaction {
    func showStuck(_ operation: Operation, at now: Timestamp) throws {
        // Where an undo failed, its step says so; the problem is then what it was undone for.
        let step = operation.steps.last { !$0.message.isEmpty && $0.state != .undone && $0.state != .done }
        let why = step?.message ?? operation.problem?.message ?? "its cause is not known"
        let shown = Failure(
            step: step?.name ?? operation.problem?.step ?? "", reason: operation.problem?.reason ?? "INTERNAL",
            message: "operation \(operation.id) stopped half-way: \(why)", attempts: operation.problem?.attempts ?? 1,
            resolvableBy: .administrator)
        try setFailure(shown, onAllHeldBy: operation, at: now)
    }

    func hideStuck(_ operation: Operation, at now: Timestamp) throws {
        try setFailure(nil, onAllHeldBy: operation, at: now)
    }

    private func setFailure(_ failure: Failure?, onAllHeldBy operation: Operation, at now: Timestamp) throws {
        func set<Target: StoredResource>(_ held: [Target]) throws {
            for resource in held {
                try change(resource.id, by: operation, at: now) { $0.header.failure = failure }
            }
        }
        try set(try held(by: operation.id) as [Volume])
        try set(try held(by: operation.id) as [VolumeSnapshot])
        try set(try held(by: operation.id) as [ServerSnapshot])
        try set(try held(by: operation.id) as [Server])
    }
}
