internal import Model
internal import Operations
internal import Store

/// Deletes a server; its volumes are closed and kept.
struct DeleteServerSaga: Saga {
    static let type = "DELETE_SERVER"

    let serverID: ServerID
    let volumeIDs: [VolumeID]
    let force: Bool

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let part = DeletionPart.server(serverID, volumes: volumeIDs, force: force)
        return OperationDefinition(
            steps: tools.stopping(serverID, volumeIDs, force: force),
            complete: { try part.finish(in: $0, by: $1, at: $2) },
            rollback: { try part.giveBack(in: $0, by: $1, $1.failure(resolvableBy: .user), at: $2) })
    }
}
