internal import Engine
internal import Model
internal import Operations
internal import Store

/// Makes a volume over a layer in quarantine, which it leaves when the volume is there.
struct AdoptLayerSaga: Saga {
    static let type = "ADOPT_LAYER"

    let volumeID: VolumeID
    let top: Layer
    /// Root first; the last one is adopted.
    let parents: [Layer]
    let adopted: LayerID

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let proving = StepDefinition(
            name: "prove-data", run: { _ in try await tools.engine.verify(parents, .structure) })
        let making = StepDefinition(
            name: "create-layer", run: { _ in try await tools.engine.createLayer(top, over: parents) },
            undo: { _ in try await tools.engine.deleteLayer(top.id) })
        return OperationDefinition(
            steps: [proving, making],
            complete: { transaction, operation, now in
                try transaction.setLayer(top.id, .active)
                try transaction.leaveQuarantine(adopted)
                try transaction.settle(volumeID, .available, by: operation, at: now)
            },
            rollback: { transaction, operation, now in
                try transaction.remove(volumeID, by: operation, at: now)
                try transaction.deleteLayer(top.id)
            })
    }
}
