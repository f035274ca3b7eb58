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

extension EventService {
    public func listEvents(
        _ request: ListEventsRequest, context: CallContext
    ) async throws -> ListEventsResponse {
        let query = try request.query
        guard !request.denied else {
            let page = try await manager.denials(
                before: query.before, pageSize: query.pageSize, context.call)
            return ListEventsResponse(
                events: page.denials.map { HoldpointMessages.PastEvent($0) }, nextPageToken: Self.token(page.rest))
        }
        let page = try await manager.history(query, context.call)
        return ListEventsResponse(
            events: page.events.map { HoldpointMessages.PastEvent($0) }, nextPageToken: Self.token(page.rest))
    }

    private static func token(_ rest: Int64?) -> String { rest.map { "\($0)" } ?? "" }
}

extension ListEventsRequest {
    fileprivate var query: HistoryQuery {
        get throws(Refusal) {
            HistoryQuery(
                pageSize: Int(clamping: pageSize), before: try place, resource: resource, principal: principal,
                kinds: try WatchRequest.kinds(kinds), since: since.map { Model.Timestamp($0) },
                until: until.map { Model.Timestamp($0) })
        }
    }

    private var place: Int64? {
        get throws(Refusal) {
            guard !pageToken.isEmpty else { return nil }
            guard let place = Int64(pageToken), place >= 0 else {
                throw .invalid(field: "page_token", "this is no page token of a history")
            }
            return place
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
        get throws(Refusal) { try Self.kinds(kinds) }
    }

    fileprivate static func kinds(_ texts: [String]) throws(Refusal) -> Set<ResourceKind> {
        var result: Set<ResourceKind> = []
        for text in texts {
            let kind = ResourceKind(rawValue: text)
            guard ResourceKind.all.contains(kind) else {
                let known = "server, volume, snapshot, server-snapshot, operation"
                throw .invalid(field: "kinds", "there is no kind \"\(text)\"; there are \(known)")
            }
            result.insert(kind)
        }
        return result
    }
}
