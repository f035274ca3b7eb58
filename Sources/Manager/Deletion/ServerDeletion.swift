internal import Engine
internal import Model
internal import Operations
internal import Store

/// Deletes a server. Its volumes are detached and kept, unless a later part of a plan deletes them.
struct ServerDeletion: ResourceWork {
    static let storedName = "server"

    let id: ServerID
    let volumes: [VolumeID]
    /// Cuts off connected clients.
    let force: Bool

    private enum CodingKeys: String, CodingKey {
        case id = "_0"
        case volumes
        case force
    }

    var action: String { "delete-server" }
    var resourceID: String { id.rawValue }
    var resourceCount: Int { 1 + volumes.count }
    var saga: any Saga { DeleteServerSaga(serverID: id, volumeIDs: volumes, force: force) }

    func run(_ tools: SagaTools) async throws { try await tools.stopOrServeOn(id, volumes, force: force) }
    func serveAgain(_ tools: SagaTools) async throws { try await tools.reopen(volumes, on: id) }

    func begin(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        try transaction.mark(id, .deleting, by: operation, at: now)
        for id in volumes {
            // Those that go with the server stay DELETING; one whose deletion failed stays what it is.
            guard let volume: Volume = try transaction.get(id), !volume.isBeingDeleted else { continue }
            try transaction.mark(id, .detaching, by: operation, at: now)
        }
    }

    func finish(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        for volume in volumes { try transaction.finishDetaching(volume, by: operation, at: now) }
        try transaction.remove(id, by: operation, at: now)
    }

    func fail(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp, isOver: Bool) throws {
        try transaction.fail(id, by: operation, at: now, isOver: isOver)
    }

    func giveBack(
        in transaction: any WriteTransaction, by operation: Operation, _ failure: Failure?, at now: Timestamp
    ) throws {
        try transaction.giveBack(id, by: operation, failure, at: now)
        try transaction.giveBackHeld(volumes, by: operation, failure, at: now)
    }
}

/// Deletes a server alone; its volumes are closed and kept.
struct DeleteServerSaga: Saga {
    static let type = "DELETE_SERVER"

    let serverID: ServerID
    let volumeIDs: [VolumeID]
    let force: Bool

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let work = ServerDeletion(id: serverID, volumes: volumeIDs, force: force)
        return OperationDefinition(
            steps: tools.stopping(serverID, volumeIDs, force: force),
            complete: { try work.finish(in: $0, by: $1, at: $2) },
            rollback: { try work.giveBack(in: $0, by: $1, $1.failure(resolvableBy: .user), at: $2) })
    }
}
