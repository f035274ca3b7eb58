public import HoldpointMessages
public import HoldpointRPC
public import Manager
internal import Model

/// Volume snapshots.
public struct SnapshotService: SnapshotServiceHandler {
    private let manager: ResourceManager

    public init(manager: ResourceManager) {
        self.manager = manager
    }

    public func createSnapshot(
        _ request: CreateSnapshotRequest, context: CallContext
    ) async throws -> SnapshotAnswer {
        let snapshot = request.snapshot ?? HoldpointMessages.VolumeSnapshot()
        return SnapshotAnswer(
            try await manager.createSnapshot(
                snapshot.attributes, of: request.volume, required: request.require.required,
                within: try CutLimit(milliseconds: request.cutTimeoutMilliseconds), ifAbsent: request.ifAbsent,
                try context.mutation(request)))
    }

    public func getSnapshot(
        _ request: GetSnapshotRequest, context: CallContext
    ) async throws -> HoldpointMessages.VolumeSnapshot {
        HoldpointMessages.VolumeSnapshot(try await manager.getSnapshot(request.snapshot, context.call))
    }

    public func listSnapshots(
        _ request: ListSnapshotsRequest, context: CallContext
    ) async throws -> ListSnapshotsResponse {
        let page = try await manager.listSnapshots(
            request.query, volume: request.volume, serverSnapshot: request.serverSnapshot, context.call)
        return ListSnapshotsResponse(
            snapshots: page.elements.map { HoldpointMessages.VolumeSnapshot($0) },
            nextPageToken: page.nextPageToken, revision: UInt64(clamping: page.revision))
    }

    public func updateSnapshot(
        _ request: UpdateSnapshotRequest, context: CallContext
    ) async throws -> SnapshotAnswer {
        SnapshotAnswer(
            try await manager.updateSnapshot(
                request.snapshotID, try AttributeUpdate(request.updateMask, request.snapshot), etag: request.etag,
                try context.mutation(request)))
    }

    public func deleteSnapshot(
        _ request: DeleteSnapshotRequest, context: CallContext
    ) async throws -> DeleteAnswer {
        try await DeleteAnswer.of(allowMissing: request.allowMissing) {
            try await manager.deleteSnapshot(
                request.snapshot, etag: request.etag,
                try context.mutation(request))
        }
    }

    public func batchDeleteSnapshots(
        _ request: BatchDeleteSnapshotsRequest, context: CallContext
    ) async throws -> BatchDeleteSnapshotsAnswer {
        let results = try await manager.deleteSnapshots(
            request.snapshots, of: request.volume, allowMissing: request.allowMissing,
            try context.mutation(request))
        return BatchDeleteSnapshotsAnswer(results: results.map { SnapshotDeletion($0) })
    }
}

extension SnapshotAnswer {
    fileprivate init(_ answer: MutationAnswer<Model.VolumeSnapshot>) {
        self.init(
            snapshot: answer.resource.map { HoldpointMessages.VolumeSnapshot($0) },
            operation: answer.operation.map { HoldpointMessages.Operation($0) },
            warnings: answer.warnings.map { HoldpointMessages.Warning($0) })
    }
}

extension SnapshotDeletion {
    fileprivate init(_ result: BatchDeletion) {
        self.init(
            snapshot: result.reference, snapshotID: result.id,
            operation: result.operation.map { HoldpointMessages.Operation($0) },
            error: result.refusal.map { RPCError($0).status })
    }
}
