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
        HoldpointMessages.DeletionPlan(try await manager.planDeletion(request.resource, context.call))
    }

    public func executePlan(_ request: ExecutePlanRequest, context: CallContext) async throws -> DeleteAnswer {
        throw Refusal(.unsupported, "not yet")
    }
}
