internal import Engine
internal import Model
internal import Operations
internal import Store

/// Makes an external server: its process, and copies of a server snapshot's members in the same slots.
struct CreateServerSaga: Saga {
    static let type = "CREATE_SERVER"

    let serverID: ServerID
    /// The copies, in the order of the slots, with the layers that are made for them.
    let volumes: [Copy]

    struct Copy: Codable, Sendable {
        let volumeID: VolumeID
        let layerID: LayerID
    }

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let copy = StepDefinition(
            name: "copy-volumes",
            run: { _ in for volume in volumes { try await tools.createLayer(of: volume.volumeID) } },
            undo: { _ in for volume in volumes { try await tools.discardLayer(of: volume.volumeID) } })
        return OperationDefinition(
            steps: (volumes.isEmpty ? [] : [copy]) + tools.starting(serverID, volumes.map(\.volumeID)),
            complete: complete, rollback: rollback)
    }

    private func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        for volume in volumes {
            try transaction.setLayer(volume.layerID, .active)
            try transaction.settle(volume.volumeID, .inUse, by: operation, at: now)
        }
        try transaction.settle(serverID, .running, by: operation, at: now)
    }

    private func rollback(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        for volume in volumes {
            try transaction.remove(volume.volumeID, by: operation, at: now)
            try transaction.deleteLayer(volume.layerID)
        }
        try transaction.remove(serverID, by: operation, at: now)
    }
}
