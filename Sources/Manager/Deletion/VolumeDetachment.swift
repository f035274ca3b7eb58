internal import Engine
internal import Model
internal import Operations
internal import Store

/// Ends serving a volume and closes it.
struct VolumeDetachment: ResourceWork {
    static let storedName = "detach"

    let id: VolumeID
    let place: Volume.Placement
    /// Cuts off connected clients.
    let force: Bool

    private enum CodingKeys: String, CodingKey {
        case id = "_0"
        case place = "from"
        case force
    }

    var action: String { "detach-volume" }
    var resourceID: String { id.rawValue }
    var resourceCount: Int { 1 }
    var saga: any Saga { DetachVolumeSaga(volumeID: id, serverID: place.serverID, force: force) }

    /// The engine closes a volume or leaves it as it is.
    func run(_ tools: SagaTools) async throws {
        do {
            try await tools.close(id, on: place.serverID, force: force)
        } catch {
            throw StepRefusal(error)
        }
    }

    func serveAgain(_ tools: SagaTools) async throws { try await tools.reopen([id], on: place.serverID) }

    /// As a part of a plan, which deletes the volume next.
    func begin(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        try transaction.mark(id, .deleting, by: operation, at: now)
        try transaction.change(place.serverID, by: operation, at: now) { $0.header.operationID = operation.id }
    }

    func finish(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        try transaction.finishDetaching(id, by: operation, at: now)
        try transaction.release(place.serverID, by: operation, at: now)
    }

    func fail(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp, isOver: Bool) throws {
        try transaction.fail(id, by: operation, at: now, isOver: isOver)
    }

    func giveBack(
        in transaction: any WriteTransaction, by operation: Operation, _ failure: Failure?, at now: Timestamp
    ) throws {
        try transaction.giveBack(id, by: operation, failure, at: now)
        try transaction.release(place.serverID, by: operation, at: now)
    }
}

/// Detaches a volume alone.
struct DetachVolumeSaga: Saga {
    static let type = "DETACH_VOLUME"

    let volumeID: VolumeID
    let serverID: ServerID
    let force: Bool

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let detach = StepDefinition(
            name: "detach", run: { _ in try await tools.close(volumeID, on: serverID, force: force) },
            undo: { _ in try await tools.reopen([volumeID], on: serverID) })
        // Only plans keep the slot.
        let work = VolumeDetachment(id: volumeID, place: .init(serverID: serverID, slot: 0), force: force)
        return OperationDefinition(
            steps: [detach], complete: { try work.finish(in: $0, by: $1, at: $2) },
            rollback: { try work.giveBack(in: $0, by: $1, $1.failure(resolvableBy: .user), at: $2) })
    }
}
