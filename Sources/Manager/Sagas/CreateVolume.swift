internal import Engine
internal import Model
internal import Operations
internal import Store

/// Makes a volume, empty or on a snapshot's layer, and attaches it if a server was named.
struct CreateVolumeSaga: Saga {
    static let type = "CREATE_VOLUME"

    let volumeID: VolumeID
    let layerID: LayerID
    let serverID: ServerID?

    func definition(_ tools: SagaTools) -> OperationDefinition {
        var steps = [
            StepDefinition(
                name: "create-layer", run: { _ in try await tools.createLayer(of: volumeID) },
                undo: { _ in try await tools.discardLayer(of: volumeID) })
        ]
        if let serverID {
            steps.append(
                StepDefinition(
                    name: "attach", run: { _ in try await tools.open(volumeID, on: serverID) },
                    undo: { _ in try await tools.close(volumeID, on: serverID, force: true) }))
        }
        return OperationDefinition(steps: steps, complete: complete, rollback: rollback)
    }

    private func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        try transaction.setLayer(layerID, .active)
        try transaction.settle(volumeID, serverID == nil ? .available : .inUse, by: operation, at: now)
        if let serverID { try transaction.release(serverID, by: operation, at: now) }
    }

    private func rollback(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        try transaction.remove(volumeID, by: operation, at: now)
        try transaction.deleteLayer(layerID)
        if let serverID { try transaction.release(serverID, by: operation, at: now) }
    }
}

extension WriteTransaction {
    /// Lets a server go that an operation held while it changed one of its volumes.
    func release(_ id: ServerID, by operation: Operation, at now: Timestamp) throws {
        try change(id, by: operation, at: now) { $0.header.operationID = nil }
    }
}
