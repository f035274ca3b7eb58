internal import Engine
internal import Model
internal import Operations
internal import Store

/// Deletes a server; its volumes are closed and kept.
struct DeleteServerSaga: Saga {
    static let type = "DELETE_SERVER"

    let serverID: ServerID
    let volumeIDs: [VolumeID]
    let force: Bool

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let close = StepDefinition(
            name: "detach-volumes",
            run: { _ in for id in volumeIDs { try await tools.close(id, on: serverID, force: force) } },
            undo: { _ in for id in volumeIDs { try await tools.open(id, on: serverID) } })
        let stop = StepDefinition(
            name: "stop-server", run: { _ in try await tools.engine.stopServer(serverID) },
            undo: { _ in try await tools.engine.startServer(serverID) })
        return OperationDefinition(
            steps: volumeIDs.isEmpty ? [stop] : [close, stop], complete: complete, rollback: rollback)
    }

    private func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        for id in volumeIDs {
            try transaction.settle(id, .available, by: operation, at: now) { volume in
                volume.placement = nil
                volume.writerWasKilled = volume.writerWasKilled || force
            }
        }
        try transaction.remove(serverID, by: operation, at: now)
    }

    private func rollback(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        for id in volumeIDs { try transaction.restore(id, .inUse, after: operation, at: now) }
        try transaction.restore(serverID, .running, after: operation, at: now)
    }
}
