public import ProtobufC

// What requests have in common. The generator makes a message one of these by the fields that it has.

/// A mutation that can be checked without being made.
public protocol ChangeRequest: MutationMessage {
    /// Check everything, change nothing.
    var validateOnly: Bool { get set }
}

/// A mutation that makes a resource.
public protocol CreationRequest: ChangeRequest {
    /// One of that name that is equal already is success; the server decides.
    var ifAbsent: Bool { get set }
}

/// A mutation that may destroy data, and then needs its caller's consent.
public protocol ConsentedRequest: ChangeRequest {
    var consent: Consent? { get set }
}

/// A request for a page of a list, whatever its kind.
public protocol ListRequest: ProtobufMessage {
    var pageSize: UInt32 { get }
    var pageToken: String { get }
    var filter: String { get }
    var orderBy: String { get }
}

/// What the messages of all resources have.
public protocol ResourceMessage: ProtobufMessage {
    var projectID: String { get set }
    var name: String { get set }
    var description: String { get set }
    var labels: [String: String] { get set }
    var stateSince: Timestamp? { get set }
    var createTime: Timestamp? { get set }
    var revision: UInt64 { get set }
    var etag: String { get set }
    var deletionProtection: Bool { get set }
    var failure: Failure? { get set }
    var operationID: String { get set }
}
