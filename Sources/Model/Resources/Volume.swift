/// A block device of a given size, thin.
public struct Volume: Resource {
    public static let kind = ResourceKind.volume

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case creating = "CREATING"
        case available = "AVAILABLE"
        case attaching = "ATTACHING"
        case inUse = "IN_USE"
        case detaching = "DETACHING"
        case resizing = "RESIZING"
        case reverting = "REVERTING"
        case deleting = "DELETING"
        case error = "ERROR"
        case errorDeleting = "ERROR_DELETING"
    }

    public let id: VolumeID
    public var header: ResourceHeader
    public var state: State
    public var size: ByteCount
    /// Where it is attached, or being attached or detached.
    public var placement: Placement?
    public var sourceSnapshotID: SnapshotID?
    /// Its active layer.
    public var topLayerID: LayerID
    /// The last writer of what it holds is not proved to have ended cleanly: it was killed or cut off, its process
    /// died, or what it was copied from or reverted to was CRASH.
    public var writerWasKilled: Bool
    /// Its top when its serving began; nil: it is not served.
    public var servedLayer: ServedLayer?
    /// Bytes allocated for its active layer. Measured when a volume is shown.
    public var used = ByteCount.zero
    /// Snapshots of it. Kept by the snapshots; filled in when a volume is read.
    public var snapshotCount = 0
    /// Of the server that it is attached to. Filled in when a volume is read.
    public var serverName = ""

    /// A slot of a server.
    public struct Placement: Hashable, Sendable, Codable {
        public var serverID: ServerID
        public var slot: Int
        public var boot: Bool

        public init(serverID: ServerID, slot: Int, boot: Bool = false) {
            self.serverID = serverID
            self.slot = slot
            self.boot = boot
        }
    }

    public init(id: VolumeID, header: ResourceHeader, state: State, size: ByteCount, topLayerID: LayerID) {
        self.id = id
        self.header = header
        self.state = state
        self.size = size
        self.topLayerID = topLayerID
        writerWasKilled = false
    }
}

public typealias VolumeID = Identifier<Volume>
