internal import Engine
internal import Model
internal import Operations
internal import Store

/// Gives resources whose deletion failed the state that they had, if all their data is proved to be there.
struct RestoreDeletedSaga: Saga {
    static let type = "RESTORE_DELETED"

    let parts: [PlannedWork]
    /// What must be readable: the layers of every volume and snapshot among them.
    let tops: [LayerID]

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let verify = StepDefinition(
            // Nobody cancels it: what it holds has half a deletion behind it.
            name: "verify-data", pointOfNoReturn: true,
            run: { _ in
                do {
                    try await self.verify(tools)
                } catch {
                    throw StepRefusal(error)
                }
            })
        let serve = StepDefinition(
            name: "serve-again", run: { _ in for part in parts { try await part.work.serveAgain(tools) } })
        return OperationDefinition(
            steps: [verify, serve],
            complete: { transaction, operation, now in
                for part in parts { try part.work.giveBack(in: transaction, by: operation, nil, at: now) }
            },
            rollback: { transaction, operation, now in
                for part in parts { try settle(part.work, transaction, operation, now) }
            })
    }

    private func verify(_ tools: SagaTools) async throws {
        for top in tops {
            let chain = try await tools.store.read { try $0.chain(to: top) }
            try await tools.engine.verify(chain.map { Layer(id: $0.id, size: $0.size) }, .data)
        }
    }

    /// What is not proved waits for an administrator's next decision; what no deletion touched goes on.
    private func settle(
        _ work: any ResourceWork, _ transaction: any WriteTransaction, _ operation: Operation, _ now: Timestamp
    ) throws {
        if try work.isUntouched(in: transaction) {
            try work.giveBack(in: transaction, by: operation, operation.failure(resolvableBy: .user), at: now)
        } else {
            try work.fail(in: transaction, by: operation, at: now, isOver: true)
        }
    }
}
