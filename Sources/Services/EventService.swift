public import HoldpointMessages
public import HoldpointRPC
public import Manager
internal import Model

/// The watch stream.
public struct EventService: EventServiceHandler {
    private let manager: ResourceManager

    public init(manager: ResourceManager) {
        self.manager = manager
    }

    public func watch(
        _ request: WatchRequest, context: CallContext, responses: ResponseStream<WatchResponse>
    ) async throws {
        try await manager.watch(from: try request.revision, kinds: try request.resourceKinds, context.call) { item in
            try await responses.send(WatchResponse(item))
        }
    }
}

extension WatchRequest {
    fileprivate var revision: Int64? {
        get throws(Refusal) {
            guard case .fromRevision(let revision) = start else { return nil }
            guard let signed = Int64(exactly: revision) else {
                throw .invalid(field: "from_revision", "there is no revision \(revision)")
            }
            return signed
        }
    }

    fileprivate var resourceKinds: Set<ResourceKind> {
        get throws(Refusal) {
            var result: Set<ResourceKind> = []
            for text in kinds {
                guard let kind = ResourceKind(rawValue: text) else {
                    let known = "server, volume, snapshot, server-snapshot, operation"
                    throw .invalid(field: "kinds", "there is no kind \"\(text)\"; there are \(known)")
                }
                result.insert(kind)
            }
            return result
        }
    }
}
