/// Who changes something, and on behalf of what: goes into the event.
public struct ChangeAuthor: Sendable, Hashable {
    public var principal: String
    /// Where the call came from.
    public var source: String
    public var requestID: String
    public var operationID: OperationID?
    /// Why, when it is not a caller's wish.
    public var reason: String

    public init(
        principal: String, source: String, requestID: String = "", operationID: OperationID? = nil, reason: String = ""
    ) {
        self.principal = principal
        self.source = source
        self.requestID = requestID
        self.operationID = operationID
        self.reason = reason
    }

    /// The system itself, working on an operation.
    public static func operation(_ operation: Operation) -> ChangeAuthor {
        ChangeAuthor(
            principal: operation.principal, source: "operation", requestID: operation.requestID,
            operationID: operation.id)
    }
}

/// What happened to a resource.
public enum EventAction: String, Sendable, Hashable, Codable {
    case created
    case updated
    case deleted
}

/// One entry of the log.
public struct Event: Sendable, Hashable {
    public let sequence: Int64
    public let projectID: ProjectID
    public let time: Timestamp
    public let author: ChangeAuthor
    public let action: EventAction
    public let kind: ResourceKind
    public let resourceID: String
    /// The resource as it is after the event; nil after its deletion.
    public let resource: EventResource?

    public init(
        sequence: Int64, projectID: ProjectID, time: Timestamp, author: ChangeAuthor, action: EventAction,
        kind: ResourceKind, resourceID: String, resource: EventResource?
    ) {
        self.sequence = sequence
        self.projectID = projectID
        self.time = time
        self.author = author
        self.action = action
        self.kind = kind
        self.resourceID = resourceID
        self.resource = resource
    }
}

/// A resource inside an event.
public enum EventResource: Sendable, Hashable {
    case server(Server)
    case volume(Volume)
    case snapshot(VolumeSnapshot)
    case serverSnapshot(ServerSnapshot)
    case operation(Operation)
}
