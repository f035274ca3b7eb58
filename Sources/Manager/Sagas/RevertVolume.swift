internal import Engine
internal import Model
internal import Operations
internal import Store

/// Gives a volume that nobody has open the bytes of one of its snapshots, and keeps what it holds now in another.
///
/// The layer over the snapshot is made first; the cut freezes the old top, and what the cut made on top of that goes at
/// once: the volume goes on with the new layer.
struct RevertVolumeSaga: Saga {
    static let type = "REVERT_VOLUME"

    let safety: TakeSnapshotSaga
    let volumeID: VolumeID
    /// Over the layer of the snapshot that is reverted to; as large as the volume.
    let layer: Layer
    /// Root first.
    let parents: [Layer]
    let settledState: Volume.State
    /// Of the snapshot; nil: an earlier version accepted it and did not say.
    var consistency: Consistency?

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let making = StepDefinition(
            name: "create-layer", run: { _ in try await tools.engine.createLayer(layer, over: parents) },
            undo: { _ in try await tools.engine.deleteLayer(layer.id) })
        let taking = safety.definition(tools)
        let overlays = safety.parts.map(\.overlay.id)
        let tidying = StepDefinition(
            name: "delete-overlay", attempts: .deletion,
            run: { _ in for id in overlays { try await tools.engine.deleteLayer(id) } })
        return OperationDefinition(
            steps: [making] + taking.steps + [tidying],
            complete: { transaction, operation, now in
                try transaction.settle(volumeID, settledState, by: operation, at: now)
                try taking.complete(transaction, &operation, now)
                try transaction.setLayer(layer.id, .active)
                try transaction.change(volumeID, by: operation, at: now) { volume in
                    volume.topLayerID = layer.id
                    volume.writerWasKilled = consistency != .offline
                }
                for id in overlays { try transaction.deleteLayer(id) }
            },
            rollback: { transaction, operation, now in
                try transaction.restore(volumeID, settledState, after: operation, at: now)
                try taking.rollback(transaction, &operation, now)
                try transaction.deleteLayer(layer.id)
            })
    }
}
