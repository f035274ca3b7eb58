public import HoldpointMessages
public import HoldpointRPC

/// What can be called.
public struct IntrospectionService: IntrospectionServiceHandler {
    public init() {}

    public func listServices(
        _ request: ListServicesRequest, context: CallContext
    ) async throws -> ListServicesResponse {
        let services = HoldpointAPI.services.map { service in
            ServiceDescription(
                name: service.name,
                methods: service.methods.map {
                    MethodDescription(
                        name: $0.name, request: $0.request.name, response: $0.response.name,
                        serverStreaming: $0.serverStreaming, clientStreaming: $0.clientStreaming)
                })
        }
        return ListServicesResponse(services: services, fileDescriptors: HoldpointAPI.fileDescriptors)
    }
}
