public import HoldpointMessages
public import HoldpointRPC
public import Manager
internal import Model

/// Server snapshots.
public struct ServerSnapshotService: ServerSnapshotServiceHandler {
    private let manager: ResourceManager

    public init(manager: ResourceManager) {
        self.manager = manager
    }

    public func createServerSnapshot(
        _ request: CreateServerSnapshotRequest, context: CallContext
    ) async throws -> ServerSnapshotAnswer {
        let snapshot = request.serverSnapshot ?? HoldpointMessages.ServerSnapshot()
        return ServerSnapshotAnswer(
            try await manager.createServerSnapshot(
                snapshot.attributes, of: request.server, required: request.require.required,
                within: try CutLimit(milliseconds: request.cutTimeoutMilliseconds), ifAbsent: request.ifAbsent,
                try context.mutation(request)))
    }

    public func getServerSnapshot(
        _ request: GetServerSnapshotRequest, context: CallContext
    ) async throws -> HoldpointMessages.ServerSnapshot {
        HoldpointMessages.ServerSnapshot(try await manager.getServerSnapshot(request.serverSnapshot, context.call))
    }

    public func listServerSnapshots(
        _ request: ListServerSnapshotsRequest, context: CallContext
    ) async throws -> ListServerSnapshotsResponse {
        let page = try await manager.listServerSnapshots(
            request.query, server: request.server, context.call)
        return ListServerSnapshotsResponse(
            serverSnapshots: page.elements.map { HoldpointMessages.ServerSnapshot($0) },
            nextPageToken: page.nextPageToken, revision: UInt64(clamping: page.revision))
    }

    public func updateServerSnapshot(
        _ request: UpdateServerSnapshotRequest, context: CallContext
    ) async throws -> ServerSnapshotAnswer {
        ServerSnapshotAnswer(
            try await manager.updateServerSnapshot(
                request.serverSnapshotID, try AttributeUpdate(request.updateMask, request.serverSnapshot),
                etag: request.etag,
                try context.mutation(request)))
    }

    public func deleteServerSnapshot(
        _ request: DeleteServerSnapshotRequest, context: CallContext
    ) async throws -> DeleteAnswer {
        try await DeleteAnswer.of(allowMissing: request.allowMissing) {
            try await manager.deleteServerSnapshot(
                request.serverSnapshot, etag: request.etag,
                try context.mutation(request))
        }
    }
}

extension ServerSnapshotAnswer {
    fileprivate init(_ answer: MutationAnswer<Model.ServerSnapshot>) {
        self.init(
            serverSnapshot: answer.resource.map { HoldpointMessages.ServerSnapshot($0) },
            operation: answer.operation.map { HoldpointMessages.Operation($0) },
            warnings: answer.warnings.map { HoldpointMessages.Warning($0) })
    }
}
