/// One server at one instant: its configuration, and a snapshot of every attached volume, all cut at the same instant.
public struct ServerSnapshot: Resource {
    public static let kind = ResourceKind.serverSnapshot

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case creating = "CREATING"
        case available = "AVAILABLE"
        case deleting = "DELETING"
        case error = "ERROR"
        case errorDeleting = "ERROR_DELETING"
    }

    public let id: ServerSnapshotID
    public var header: ResourceHeader
    public var state: State
    public let serverID: ServerID
    /// The server's name when it was taken, or as it is now while the server exists.
    public var serverName: String
    /// The server's kind when it was taken.
    public let serverKind: Server.Kind
    /// The worst member's; OFFLINE if there are no members.
    public var consistency: Consistency
    public var cutTime: Timestamp?
    /// In the order of the slots. Kept by the members; filled in when a server snapshot is read.
    public var members: [Member] = []

    /// A member, as much as is needed to make a server from it.
    public struct Member: Hashable, Sendable, Codable {
        public let snapshotID: SnapshotID
        public let slot: Int

        public init(snapshotID: SnapshotID, slot: Int) {
            self.snapshotID = snapshotID
            self.slot = slot
        }
    }

    public init(
        id: ServerSnapshotID, header: ResourceHeader, state: State, serverID: ServerID, serverName: String,
        serverKind: Server.Kind, consistency: Consistency, cutTime: Timestamp? = nil
    ) {
        self.id = id
        self.header = header
        self.state = state
        self.serverID = serverID
        self.serverName = serverName
        self.serverKind = serverKind
        self.consistency = consistency
        self.cutTime = cutTime
    }
}

public typealias ServerSnapshotID = Identifier<ServerSnapshot>
