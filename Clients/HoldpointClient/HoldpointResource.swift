/// What all resources have, for code that treats them alike.
public protocol HoldpointResource: ProtobufMessage {
    /// As in events, blockers and the command: `server-snapshot`.
    static var kind: String { get }

    var id: String { get }
    var projectID: String { get }
    var name: String { get }
    var description: String { get }
    var labels: [String: String] { get }
    /// `IN_USE`; the number in digits for a state that this version does not know.
    var stateName: String { get }
    var stateSince: Timestamp? { get }
    var createTime: Timestamp? { get }
    var revision: UInt64 { get }
    var etag: String { get }
    var deletionProtection: Bool { get }
    var failure: Failure? { get }
    /// The operation that is changing it; empty: none.
    var operationID: String { get }
}

extension Server: HoldpointResource {
    public static let kind = "server"
    public var stateName: String { state.name }
}

extension Volume: HoldpointResource {
    public static let kind = "volume"
    public var stateName: String { state.name }
}

extension VolumeSnapshot: HoldpointResource {
    public static let kind = "snapshot"
    public var stateName: String { state.name }
}

extension ServerSnapshot: HoldpointResource {
    public static let kind = "server-snapshot"
    public var stateName: String { state.name }
}

extension Operation {
    /// Whether nothing happens to it any more by itself; a stuck one waits for an administrator.
    public var hasEnded: Bool {
        [.succeeded, .failed, .cancelled, .stuck].contains(state)
    }
}
