internal import Model
internal import Operations
internal import Store

/// Runs a deletion plan: each step is done, and visible, before the next one begins. A step that keeps failing stops it
/// there (STUCK); only the first one, if it changed nothing, ends it as if it had never begun.
struct ExecutePlanSaga: Saga {
    static let type = "EXECUTE_PLAN"

    let parts: [DeletionPart]

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let steps = parts.map { part in
            StepDefinition(
                name: part.stepName, pointOfNoReturn: true, attempts: .deletion,
                begins: { try part.begin(in: $0, by: $1, at: $2) },
                ends: { try part.finish(in: $0, by: $1, at: $2) },
                run: { _ in try await part.run(tools) })
        }
        return OperationDefinition(
            steps: steps, complete: { _, _, _ in }, rollback: giveBack,
            markStuck: { try stoppedPart(of: $1)?.fail(in: $0, by: $1, at: $2, isOver: false) })
    }

    private func giveBack(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        let failure = operation.failure(resolvableBy: .user)
        for part in remainingParts(of: operation) {
            try part.giveBack(in: transaction, by: operation, failure, at: now)
        }
    }

    /// What the operation has not done.
    func remainingParts(of operation: Operation) -> [DeletionPart] {
        zip(parts, operation.steps).filter { $1.state != .done }.map(\.0)
    }

    /// Where it stopped.
    func stoppedPart(of operation: Operation) -> DeletionPart? { remainingParts(of: operation).first }
}
