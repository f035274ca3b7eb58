internal import Model
internal import Operations
internal import Store

/// Deletes a resource with data, what goes with it, and the layers that only they needed.
struct DeleteSaga<Kind: ManagedKind>: Saga {
    /// `DELETE_SERVER_SNAPSHOT`
    static var type: String { "DELETE_" + String(Kind.kind.rawValue.uppercased().map { $0 == "-" ? "_" : $0 }) }

    let part: PlannedWork

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let work = part.work
        let step = StepDefinition(name: "delete-data", attempts: .deletion, run: { _ in try await work.run(tools) })
        return OperationDefinition(
            steps: [step], complete: { try work.finish(in: $0, by: $1, at: $2) },
            rollback: { try work.fail(in: $0, by: $1, at: $2, isOver: true) })
    }
}
