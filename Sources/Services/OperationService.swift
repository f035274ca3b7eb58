public import HoldpointMessages
public import HoldpointRPC
public import Manager
internal import Model

/// Operations.
public struct OperationService: OperationServiceHandler {
    private let manager: ResourceManager

    public init(manager: ResourceManager) {
        self.manager = manager
    }

    public func getOperation(
        _ request: GetOperationRequest, context: CallContext
    ) async throws -> HoldpointMessages.Operation {
        HoldpointMessages.Operation(try await manager.getOperation(request.operation, context.call))
    }

    public func listOperations(
        _ request: ListOperationsRequest, context: CallContext
    ) async throws -> ListOperationsResponse {
        let page = try await manager.listOperations(request.query, context.call)
        return ListOperationsResponse(
            operations: page.elements.map { HoldpointMessages.Operation($0) }, nextPageToken: page.nextPageToken,
            revision: UInt64(clamping: page.revision))
    }

    public func waitOperation(
        _ request: WaitOperationRequest, context: CallContext
    ) async throws -> HoldpointMessages.Operation {
        HoldpointMessages.Operation(
            try await manager.waitForOperation(request.operation, context.call, until: context.deadline))
    }

    public func cancelOperation(
        _ request: CancelOperationRequest, context: CallContext
    ) async throws -> HoldpointMessages.Operation {
        HoldpointMessages.Operation(try await manager.cancelOperation(request.operation, context.call))
    }
}
