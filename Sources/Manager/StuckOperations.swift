internal import Model
internal import Store

/// What a stuck operation holds shows why, and who can resolve it.
extension WriteTransaction {
    func showStuck(_ operation: Operation, at now: Timestamp) throws {
        var shown = operation.failure(resolvableBy: .administrator)
        if let message = shown?.message {
            shown?.message = "operation \(operation.id) stopped half-way: \(message)"
        }
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
