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
    /// Of a project: revisions were left out before this event, because metadata were restored. What was seen before
    /// it may never have been.
    case skipped
}

/// One entry of the log.
public struct Event: Sendable {
    public let sequence: Int64
    public let projectID: ProjectID
    public let time: Timestamp
    public let author: ChangeAuthor
    /// As it is stored: `EventAction`'s, or one that another release knows.
    public let action: String
    /// As it is stored: `ResourceKind`'s, or one that another release knows.
    public let kind: String
    public let resourceID: String
    /// What it was called then; empty for what has none, and in events of an earlier release.
    public let name: String
    /// The resource as it is after the event; nil after its deletion, or for a kind that this release does not know.
    public let resource: (any EventSubject)?

    public init(
        sequence: Int64, projectID: ProjectID, time: Timestamp, author: ChangeAuthor, action: String, kind: String,
        resourceID: String, name: String, resource: (any EventSubject)?
    ) {
        self.sequence = sequence
        self.projectID = projectID
        self.time = time
        self.author = author
        self.action = action
        self.kind = kind
        self.resourceID = resourceID
        self.name = name
        self.resource = resource
    }
}

/// What an event can be about: a resource, or an operation.
public protocol EventSubject: IdentifiedKind, Codable, Hashable {}
