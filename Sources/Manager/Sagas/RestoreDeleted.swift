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
            name: "verify-data",
            run: { _ in
                for top in tops {
                    let chain = try await tools.store.read { try $0.chain(to: top) }
                    try await tools.engine.verify(chain.map { Layer(id: $0.id, size: $0.size) }, .data)
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
                for part in parts { try part.fail(in: transaction, by: operation, at: now, isOver: true) }
            })
    }
}

extension DeletionPart {
    /// Opens what the part may have closed.
    fileprivate func serveAgain(_ tools: SagaTools) async throws {
        switch self {
        case .stop(let id, let volumes, _), .server(let id, let volumes, _):
            guard try await tools.serving(id) != nil else { return }
            try await tools.engine.startServer(id)
            for volume in volumes { try await tools.open(volume, on: id) }
        case .detach(let id, let place, _): try await tools.open(id, on: place.serverID)
        case .volume, .snapshot, .serverSnapshot: break
        }
    }
}
