internal import Engine
internal import Model
internal import Operations
internal import Store

/// Lets a layer in quarantine go. What nothing needs then is unlinked; what something rests on stays for that.
struct DiscardLayerSaga: Saga {
    static let type = "DISCARD_LAYER"

    let layerID: LayerID

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let step = StepDefinition(
            name: "delete-data", pointOfNoReturn: true, attempts: .deletion,
            begins: { transaction, _, _ in try transaction.leaveQuarantine(layerID) },
            run: { _ in try await DeadLayers(store: tools.store, engine: tools.engine).collect([layerID]) })
        return OperationDefinition(steps: [step], complete: { _, _, _ in }, rollback: { _, _, _ in })
    }
}
