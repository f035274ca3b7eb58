internal import Engine
internal import Model
internal import Operations
internal import Store

/// Ends serving a volume and closes it.
struct DetachVolumeSaga: Saga {
    static let type = "DETACH_VOLUME"

    let volumeID: VolumeID
    let serverID: ServerID
    /// Cuts off connected clients.
    let force: Bool

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let detach = StepDefinition(
            name: "detach", run: { _ in try await tools.close(volumeID, on: serverID, force: force) },
            undo: { _ in try await tools.reopen([volumeID], on: serverID) })
        return OperationDefinition(steps: [detach], complete: complete, rollback: rollback)
    }

    private func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        try transaction.settle(volumeID, .available, by: operation, at: now) { $0.placement = nil }
        try transaction.release(serverID, by: operation, at: now)
    }

    private func rollback(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        try transaction.restore(volumeID, .inUse, after: operation, at: now)
        try transaction.release(serverID, by: operation, at: now)
    }
}
