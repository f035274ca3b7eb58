internal import Engine
internal import Model
internal import Operations
internal import Store

extension SagaTools {
    /// Steps that close a server's volumes and end its process; undone they serve them again.
    func stopping(_ id: ServerID, _ volumes: [VolumeID], force: Bool) -> [StepDefinition] {
        let closing = StepDefinition(
            name: "detach-volumes",
            run: { _ in for volume in volumes { try await close(volume, on: id, force: force) } },
            undo: { _ in for volume in volumes { try await open(volume, on: id) } })
        let stopping = StepDefinition(
            name: "stop-server", run: { _ in try await engine.stopServer(id, force: force) },
            undo: { _ in if try await serving(id) != nil { try await engine.startServer(id) } })
        return volumes.isEmpty ? [stopping] : [closing, stopping]
    }
}

extension SagaTools {
    /// Steps that start a server's process and open volumes in it; undone they end it.
    func starting(_ id: ServerID, _ volumes: [VolumeID]) -> [StepDefinition] {
        let starting = StepDefinition(
            name: "start-server", run: { _ in try await engine.startServer(id) },
            undo: { _ in try await engine.stopServer(id, force: false) })
        let attaching = StepDefinition(
            name: "attach-volumes",
            run: { _ in for volume in volumes { try await open(volume, on: id) } },
            undo: { _ in for volume in volumes { try await close(volume, on: id, force: true) } })
        return volumes.isEmpty ? [starting] : [starting, attaching]
    }
}

/// Ends serving a server's volumes; they stay attached.
struct StopServerSaga: Saga {
    static let type = "STOP_SERVER"

    let serverID: ServerID
    let volumeIDs: [VolumeID]
    /// Cuts off connected clients: their writers did not end cleanly then.
    let force: Bool

    func definition(_ tools: SagaTools) -> OperationDefinition {
        OperationDefinition(
            steps: tools.stopping(serverID, volumeIDs, force: force), complete: complete, rollback: rollback)
    }

    private func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        for id in volumeIDs {
            try transaction.settle(id, .inUse, by: operation, at: now) { volume in
                volume.writerWasKilled = volume.writerWasKilled || force
            }
        }
        try transaction.settle(serverID, .stopped, by: operation, at: now) { $0.desiredState = .stopped }
    }

    private func rollback(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        for id in volumeIDs { try transaction.restore(id, .inUse, after: operation, at: now) }
        try transaction.restore(serverID, .running, after: operation, at: now)
    }
}

/// Serves a server's volumes again.
struct StartServerSaga: Saga {
    static let type = "START_SERVER"

    let serverID: ServerID
    let volumeIDs: [VolumeID]

    func definition(_ tools: SagaTools) -> OperationDefinition {
        OperationDefinition(
            steps: tools.starting(serverID, volumeIDs), complete: complete, rollback: rollback)
    }

    private func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        // New writers begin: how the last ones ended no longer matters.
        for id in volumeIDs {
            try transaction.settle(id, .inUse, by: operation, at: now) { $0.writerWasKilled = false }
        }
        try transaction.settle(serverID, .running, by: operation, at: now)
    }

    private func rollback(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        for id in volumeIDs { try transaction.restore(id, .inUse, after: operation, at: now) }
        try transaction.restore(serverID, .stopped, after: operation, at: now) { $0.desiredState = .stopped }
    }
}
