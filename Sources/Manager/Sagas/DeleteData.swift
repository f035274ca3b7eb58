internal import Engine
internal import Model
internal import Operations
internal import Store

/// The layers that a deletion frees. Fixed when it is accepted: nothing can come to rest on them later, because what
/// names them is busy.
struct FreedLayers: Codable, Sendable {
    /// Children before what they rest on.
    let ids: [LayerID]

    /// Deletes their data; a storage engine that keeps failing gets five tries.
    func step(_ tools: SagaTools) -> StepDefinition {
        StepDefinition(
            name: "delete-data", attempts: .deletion,
            run: { _ in
                for id in ids { try await tools.engine.deleteLayer(id) }
            })
    }

    func forget(in transaction: any WriteTransaction) throws {
        for id in ids { try transaction.deleteLayer(id) }
    }
}

extension RetryPolicy {
    /// 5 attempts, 1 s to 60 s apart; then an administrator is needed.
    static let deletion = RetryPolicy.backoff(attempts: deletionAttempts, from: .seconds(1), to: .seconds(60))
    static let deletionAttempts = 5
}

extension WriteTransaction {
    /// Ends a deletion that kept failing: some of the data may be gone, so only an administrator leaves this state.
    func failDeletion<Target: StoredResource>(
        _ id: Identifier<Target>, _ state: Target.State, by operation: Operation, at now: Timestamp
    ) throws {
        try change(id, by: operation, at: now) { resource in
            resource.enter(state, at: now)
            resource.header.operationID = nil
            resource.header.failure = operation.failure(
                attempts: RetryPolicy.deletionAttempts, resolvableBy: .administrator)
        }
    }
}

/// Deletes a volume and the layers that only it needed.
struct DeleteVolumeSaga: Saga {
    static let type = "DELETE_VOLUME"

    let volumeID: VolumeID
    let freed: FreedLayers

    func definition(_ tools: SagaTools) -> OperationDefinition {
        OperationDefinition(
            steps: [freed.step(tools)],
            complete: { transaction, operation, now in
                try transaction.remove(volumeID, by: operation, at: now)
                try freed.forget(in: transaction)
            },
            rollback: { transaction, operation, now in
                try transaction.failDeletion(volumeID, .errorDeleting, by: operation, at: now)
            })
    }
}

/// Deletes a volume snapshot and the layers that only it needed.
struct DeleteSnapshotSaga: Saga {
    static let type = "DELETE_SNAPSHOT"

    let snapshotID: SnapshotID
    let freed: FreedLayers

    func definition(_ tools: SagaTools) -> OperationDefinition {
        OperationDefinition(
            steps: [freed.step(tools)],
            complete: { transaction, operation, now in
                try transaction.remove(snapshotID, by: operation, at: now)
                try freed.forget(in: transaction)
            },
            rollback: { transaction, operation, now in
                try transaction.failDeletion(snapshotID, .errorDeleting, by: operation, at: now)
            })
    }
}

/// Deletes a server snapshot, its members and the layers that only they needed.
struct DeleteServerSnapshotSaga: Saga {
    static let type = "DELETE_SERVER_SNAPSHOT"

    let serverSnapshotID: ServerSnapshotID
    let memberIDs: [SnapshotID]
    let freed: FreedLayers

    func definition(_ tools: SagaTools) -> OperationDefinition {
        OperationDefinition(
            steps: [freed.step(tools)],
            complete: { transaction, operation, now in
                for id in memberIDs { try transaction.remove(id, by: operation, at: now) }
                try transaction.remove(serverSnapshotID, by: operation, at: now)
                try freed.forget(in: transaction)
            },
            rollback: { transaction, operation, now in
                for id in memberIDs { try transaction.failDeletion(id, .errorDeleting, by: operation, at: now) }
                try transaction.failDeletion(serverSnapshotID, .errorDeleting, by: operation, at: now)
            })
    }
}
