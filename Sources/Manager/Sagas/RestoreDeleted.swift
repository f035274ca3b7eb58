internal import Engine
internal import Model
internal import Operations
internal import Store

/// Gives resources whose deletion failed the state that they had, if all their data is proved to be there.
struct RestoreDeletedSaga: Saga {
    static let type = "RESTORE_DELETED"

    let parts: [DeletionPart]
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
            name: "serve-again", run: { _ in for part in parts { try await part.serveAgain(tools) } })
        return OperationDefinition(
            steps: [verify, serve],
            complete: { transaction, operation, now in
                for part in parts { try part.giveBack(in: transaction, by: operation, nil, at: now) }
            },
            rollback: { transaction, operation, now in
                for part in parts { try settle(part, transaction, operation, now) }
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
        _ part: DeletionPart, _ transaction: any WriteTransaction, _ operation: Operation, _ now: Timestamp
    ) throws {
        if try transaction.isUntouched(part) {
            try part.giveBack(in: transaction, by: operation, operation.failure(resolvableBy: .user), at: now)
        } else {
            try part.fail(in: transaction, by: operation, at: now, isOver: true)
        }
    }
}

extension ReadTransaction {
    /// Whether a part that was not done can have destroyed nothing: it is not about data, or its volume is still
    /// attached.
    fileprivate func isUntouched(_ part: DeletionPart) throws -> Bool {
        switch part {
        case .stop, .server, .detach: true
        case .volume(let id, _): try (get(id) as Volume?)?.placement != nil
        case .snapshot, .serverSnapshot: false
        }
    }
}

extension DeletionPart {
    /// Opens what the part may have closed.
    fileprivate func serveAgain(_ tools: SagaTools) async throws {
        switch self {
        case .stop(let id, let volumes, _), .server(let id, let volumes, _):
            try await tools.reopen(volumes, on: id)
        case .detach(let id, let place, _): try await tools.reopen([id], on: place.serverID)
        case .volume, .snapshot, .serverSnapshot: break
        }
    }
}
