public import HoldpointMessages
public import HoldpointRPC

/// Is it there?
public struct HealthService: HealthServiceHandler {
    public init() {}

    public func check(
        _ request: HealthCheckRequest, context: CallContext
    ) async throws -> HealthCheckResponse {
        HealthCheckResponse(state: context.isDraining ? .draining : .serving)
    }
}
