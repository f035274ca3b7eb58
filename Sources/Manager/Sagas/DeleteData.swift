internal import Model
internal import Operations
internal import Store

extension DeletionPart {
    /// An operation that is about this part alone.
    fileprivate func alone(_ tools: SagaTools) -> OperationDefinition {
        let step = StepDefinition(name: "delete-data", attempts: .deletion, run: { _ in try await run(tools) })
        return OperationDefinition(
            steps: [step], complete: { try finish(in: $0, by: $1, at: $2) },
            rollback: { try fail(in: $0, by: $1, at: $2, isOver: true) })
    }
}

/// Deletes a volume and the layers that only it needed.
struct DeleteVolumeSaga: Saga {
    static let type = "DELETE_VOLUME"

    let part: DeletionPart

    func definition(_ tools: SagaTools) -> OperationDefinition { part.alone(tools) }
}

/// Deletes a volume snapshot and the layers that only it needed.
struct DeleteSnapshotSaga: Saga {
    static let type = "DELETE_SNAPSHOT"

    let part: DeletionPart

    func definition(_ tools: SagaTools) -> OperationDefinition { part.alone(tools) }
}

/// Deletes a server snapshot, its members and the layers that only they needed.
struct DeleteServerSnapshotSaga: Saga {
    static let type = "DELETE_SERVER_SNAPSHOT"

    let part: DeletionPart

    func definition(_ tools: SagaTools) -> OperationDefinition { part.alone(tools) }
}
