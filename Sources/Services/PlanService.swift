public import HoldpointMessages
public import HoldpointRPC
public import Manager
internal import Model

/// Deletion plans.
public struct PlanService: PlanServiceHandler {
    private let manager: ResourceManager

    public init(manager: ResourceManager) {
        self.manager = manager
    }

    public func planDelete(
        _ request: PlanDeleteRequest, context: CallContext
    ) async throws -> HoldpointMessages.DeletionPlan {
        HoldpointMessages.DeletionPlan(try await manager.planDeletion(request.resource, request.scope, context.call))
    }

    public func executePlan(_ request: ExecutePlanRequest, context: CallContext) async throws -> DeleteAnswer {
        let mutation = try context.mutation(request)
        return DeleteAnswer(
            try await manager.executePlan(request.resource, request.scope, mutation) { plan in
                HoldpointMessages.DeletionPlan(plan).hash == request.hash
            })
    }

    public func listSpace(_ request: ListSpaceRequest, context: CallContext) async throws -> ListSpaceResponse {
        let page = try await manager.listSpace(request.query, context.call)
        return ListSpaceResponse(
            uses: page.uses.map { HoldpointMessages.SpaceUse($0) }, nextPageToken: page.nextPageToken,
            layersBytes: UInt64(page.layers.bytes), storageTotalBytes: UInt64(page.capacity.total.bytes),
            storageFreeBytes: UInt64(page.capacity.free.bytes), revision: UInt64(clamping: page.revision))
    }
}

extension PlanDeleteRequest {
    fileprivate var scope: DeletionScope { DeletionScope(deletesVolumes: deleteVolumes, cutsOffClients: force) }
}

extension ExecutePlanRequest {
    fileprivate var scope: DeletionScope { DeletionScope(deletesVolumes: deleteVolumes, cutsOffClients: force) }
}
