/// What every resource has.
public struct ResourceHeader: Hashable, Sendable, Codable {
    public var projectID: ProjectID
    public var name: String
    public var description: String
    public var labels: [String: String]
    public var stateSince: Timestamp
    public var createTime: Timestamp
    /// Sequence number of the last event that changed the resource; 0 before the first.
    public var revision: Int64
    public var deletionProtection: Bool
    public var failure: Failure?
    /// The operation that is changing the resource: it is busy while there is one.
    public var operationID: OperationID?

    public init(projectID: ProjectID, attributes: ResourceAttributes, at now: Timestamp) {
        self.projectID = projectID
        name = attributes.name
        description = attributes.description
        labels = attributes.labels
        stateSince = now
        createTime = now
        revision = 0
        deletionProtection = attributes.deletionProtection
        failure = nil
        operationID = nil
    }

    /// The revision as clients send it back.
    public var etag: String { String(revision) }
}

/// What a user chooses of a resource's header.
public struct ResourceAttributes: Hashable, Sendable, Codable {
    public var name: String
    public var description: String
    public var labels: [String: String]
    public var deletionProtection: Bool

    public init(
        name: String, description: String = "", labels: [String: String] = [:], deletionProtection: Bool = false
    ) {
        self.name = name
        self.description = description
        self.labels = labels
        self.deletionProtection = deletionProtection
    }
}

/// Why a resource is not well.
public struct Failure: Hashable, Sendable, Codable {
    public enum Resolver: String, Hashable, Sendable, Codable {
        case user = "USER"
        case administrator = "ADMINISTRATOR"
    }

    public var step: String
    public var reason: String
    public var message: String
    public var attempts: Int
    public var resolvableBy: Resolver

    public init(step: String, reason: String, message: String, attempts: Int, resolvableBy: Resolver) {
        self.step = step
        self.reason = reason
        self.message = message
        self.attempts = attempts
        self.resolvableBy = resolvableBy
    }
}

/// A resource of the model: what users see and rules decide on.
public protocol Resource: EventSubject {
    associatedtype State: RawRepresentable<String> & Hashable & Sendable
    var id: Identifier<Self> { get }
    var header: ResourceHeader { get set }
    var state: State { get set }
}

extension Resource {
    /// Moves to a state and notes since when.
    public mutating func enter(_ state: State, at now: Timestamp) {
        guard state != self.state else { return }
        self.state = state
        header.stateSince = now
    }
}
