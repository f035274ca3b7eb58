internal import Engine
internal import Model
internal import Operations
internal import Store

/// Opens a volume in a server's process and serves it.
struct AttachVolumeSaga: Saga {
    static let type = "ATTACH_VOLUME"

    let volumeID: VolumeID
    let serverID: ServerID

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let attach = StepDefinition(
            name: "attach", run: { _ in try await tools.open(volumeID, on: serverID) },
            undo: { _ in try await tools.close(volumeID, on: serverID, force: true) })
        return OperationDefinition(steps: [attach], complete: complete, rollback: rollback)
    }

    private func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        try transaction.settle(volumeID, .inUse, by: operation, at: now)
        try transaction.release(serverID, by: operation, at: now)
    }

    private func rollback(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        try transaction.restore(volumeID, .available, after: operation, at: now) { $0.placement = nil }
        try transaction.release(serverID, by: operation, at: now)
    }
}
