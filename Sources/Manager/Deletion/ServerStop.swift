internal import Engine
internal import Model
internal import Operations
internal import Store

/// Ends serving a server's volumes; they stay attached.
struct ServerStop: ResourceWork {
    static let storedName = "stop"

    let id: ServerID
    let volumes: [VolumeID]
    /// Cuts off connected clients.
    let force: Bool
    /// It is a part of a plan, which deletes the server next.
    var isDeletedNext = true

    private enum CodingKeys: String, CodingKey {
        case id = "_0"
        case volumes
        case force
    }

    var action: String { "stop-server" }
    var resourceID: String { id.rawValue }
    var resourceCount: Int { 1 + volumes.count }
    var saga: any Saga { StopServerSaga(serverID: id, volumeIDs: volumes, force: force) }

    func run(_ tools: SagaTools) async throws { try await tools.stopOrServeOn(id, volumes, force: force) }
    func serveAgain(_ tools: SagaTools) async throws { try await tools.reopen(volumes, on: id) }

    func begin(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        try transaction.mark(id, .stopping, by: operation, at: now)
    }

    func finish(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        guard !isDeletedNext else { return try transaction.mark(id, .deleting, by: operation, at: now) }
        for volume in volumes { try transaction.settle(volume, .inUse, by: operation, at: now) }
        try transaction.settle(id, .stopped, by: operation, at: now) { $0.desiredState = .stopped }
    }

    func fail(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp, isOver: Bool) throws {
        try transaction.fail(id, by: operation, at: now, isOver: isOver)
    }

    func giveBack(
        in transaction: any WriteTransaction, by operation: Operation, _ failure: Failure?, at now: Timestamp
    ) throws {
        let isUnserved = !isDeletedNext && operation.leavesUnserved
        try transaction.giveBack(id, by: operation, failure, at: now) { isUnserved ? .error : $0.restingState }
        try transaction.giveBackHeld(volumes, by: operation, failure, at: now)
    }
}

extension Operation {
    /// It failed because the server's process is not there, or does not answer.
    fileprivate var leavesUnserved: Bool {
        problem?.reason == Reason.engineTimeout.rawValue || problem?.reason == Reason.serverLost.rawValue
    }
}

/// Stops a server alone.
struct StopServerSaga: Saga {
    static let type = "STOP_SERVER"

    let serverID: ServerID
    let volumeIDs: [VolumeID]
    /// Cuts off connected clients.
    let force: Bool

    func definition(_ tools: SagaTools) -> OperationDefinition {
        OperationDefinition(
            steps: tools.stopping(serverID, volumeIDs, force: force),
            complete: { try work.finish(in: $0, by: $1, at: $2) },
            rollback: { try work.giveBack(in: $0, by: $1, $1.failure(resolvableBy: .user), at: $2) })
    }

    var work: ServerStop { ServerStop(id: serverID, volumes: volumeIDs, force: force, isDeletedNext: false) }
}

extension SagaTools {
    /// Closes a server's volumes and ends its process; if that fails it serves them as before.
    func stopOrServeOn(_ id: ServerID, _ volumes: [VolumeID], force: Bool) async throws {
        do {
            try await close(volumes, on: id, force: force)
            try await stopProcess(of: id, force: force)
        } catch {
            try await reopen(volumes, on: id)
            throw StepRefusal(error)
        }
    }
}
