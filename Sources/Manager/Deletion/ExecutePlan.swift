internal import Model
internal import Operations
internal import Store

/// Runs a deletion plan: each step is done, and visible, before the next one begins. A step that keeps failing stops it
/// there (STUCK); only the first one, if it changed nothing, ends it as if it had never begun.
struct ExecutePlanSaga: Saga {
    static let type = "EXECUTE_PLAN"

    let parts: [PlannedWork]
    /// How the snapshots of a long plan are made busy, in a step before all others; nil: all was made busy when the
    /// plan was accepted.
    let hold: SnapshotHold?

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let steps = works.map { part in
            StepDefinition(
                name: part.stepName, pointOfNoReturn: true, attempts: .deletion,
                begins: { try part.begin(in: $0, by: $1, at: $2) },
                ends: { try part.finish(in: $0, by: $1, at: $2) },
                run: { _ in try await part.run(tools) })
        }
        let holding = hold.map { [$0.step(works.filter(\.isHeldInTurns), tools)] } ?? []
        return OperationDefinition(
            steps: holding + steps, complete: { _, _, _ in }, rollback: giveBack,
            markStuck: { try stoppedPart(of: $1)?.fail(in: $0, by: $1, at: $2, isOver: false) })
    }

    private func giveBack(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        let failure = operation.failureToShow
        // The snapshots of a long plan were given back when their step was undone.
        for part in remainingParts(of: operation) where hold == nil || !part.isHeldInTurns {
            try part.giveBack(in: transaction, by: operation, failure, at: now)
        }
        // A refusal is not remembered.
        if let hold, operation.isStale { try transaction.forgetRequest(of: operation, method: hold.method) }
    }

    private var works: [any ResourceWork] { parts.map(\.work) }

    /// What the operation has not done.
    func remainingParts(of operation: Operation) -> [any ResourceWork] {
        zip(works, operation.steps.dropFirst(hold == nil ? 0 : 1)).filter { $1.state != .done }.map(\.0)
    }

    /// Where it stopped; nil: before all of them.
    func stoppedPart(of operation: Operation) -> (any ResourceWork)? {
        let stopped = operation.steps.firstNotDone.map { hold == nil ? $0 : $0 - 1 }
        return stopped.flatMap { parts.indices.contains($0) ? works[$0] : nil }
    }
}

extension Operation {
    /// Something that it is about changed before it had hold of everything.
    var isStale: Bool { problem?.reason == Reason.planStale.rawValue }

    /// What it leaves on resources that it gives back as they were.
    var failureToShow: Failure? { isStale ? nil : failure(resolvableBy: .user) }
}
