/// What all resources have, for code that treats them alike.
public protocol HoldpointResource: ProtobufMessage {
    /// As in events, blockers and the command: `server-snapshot`.
    static var noun: String { get }

    var id: String { get set }
    var projectID: String { get }
    var name: String { get set }
    var description: String { get set }
    var labels: [String: String] { get set }
    /// `IN_USE`; the number in digits for a state that this version does not know.
    var stateName: String { get }
    var stateSince: Timestamp? { get set }
    var createTime: Timestamp? { get set }
    var revision: UInt64 { get set }
    var etag: String { get set }
    var deletionProtection: Bool { get set }
    var failure: Failure? { get }
    /// The operation that is changing it; empty: none.
    var operationID: String { get set }
}

extension Server: HoldpointResource {
    public static let noun = "server"
    public var stateName: String { state.name }
}

extension Volume: HoldpointResource {
    public static let noun = "volume"
    public var stateName: String { state.name }
}

extension VolumeSnapshot: HoldpointResource {
    public static let noun = "snapshot"
    public var stateName: String { state.name }
}

extension ServerSnapshot: HoldpointResource {
    public static let noun = "server-snapshot"
    public var stateName: String { state.name }
}

extension Operation {
    /// Whether nothing happens to it any more by itself; a stuck one waits for an administrator.
    public var hasEnded: Bool {
        [.succeeded, .failed, .cancelled, .stuck].contains(state)
    }
}
