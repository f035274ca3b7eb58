/// One volume at one instant, read-only for ever.
public struct VolumeSnapshot: Resource {
    public static let kind = ResourceKind.snapshot

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case creating = "CREATING"
        case available = "AVAILABLE"
        case deleting = "DELETING"
        case error = "ERROR"
        case errorDeleting = "ERROR_DELETING"
    }

    public let id: SnapshotID
    public var header: ResourceHeader
    public var state: State
    public let volumeID: VolumeID
    /// The volume's name when it was taken, or as it is now while the volume exists.
    public var volumeName: String
    public let serverSnapshotID: ServerSnapshotID?
    public let size: ByteCount
    /// The layer that it names; frozen once the snapshot is AVAILABLE.
    public let layerID: LayerID
    public var consistency: Consistency
    public var cutTime: Timestamp?
    /// The slot that its volume had in the server; only for members of a server snapshot.
    public let slot: Int?
    /// Bytes allocated for the layer that it froze. Measured when a snapshot is shown.
    public var exclusive = ByteCount.zero
    /// Name of the server snapshot that owns it. Filled in when a snapshot is read.
    public var serverSnapshotName = ""

    public init(
        id: SnapshotID, header: ResourceHeader, of volume: Volume, serverSnapshotID: ServerSnapshotID?,
        consistency: Consistency
    ) {
        self.id = id
        self.header = header
        state = .creating
        volumeID = volume.id
        volumeName = volume.header.name
        self.serverSnapshotID = serverSnapshotID
        size = volume.size
        layerID = volume.topLayerID
        self.consistency = consistency
        slot = serverSnapshotID == nil ? nil : volume.placement?.slot
    }

    public init(
        id: SnapshotID, header: ResourceHeader, state: State, volumeID: VolumeID, volumeName: String,
        serverSnapshotID: ServerSnapshotID?, size: ByteCount, layerID: LayerID, consistency: Consistency,
        cutTime: Timestamp?, slot: Int?
    ) {
        self.id = id
        self.header = header
        self.state = state
        self.volumeID = volumeID
        self.volumeName = volumeName
        self.serverSnapshotID = serverSnapshotID
        self.size = size
        self.layerID = layerID
        self.consistency = consistency
        self.cutTime = cutTime
        self.slot = slot
    }
}

public typealias SnapshotID = Identifier<VolumeSnapshot>

/// How well the data of a snapshot fits together; a larger one is better.
public enum Consistency: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case crash = "CRASH"
    case quiesced = "QUIESCED"
    case offline = "OFFLINE"

    public static func < (left: Consistency, right: Consistency) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .crash: 0
        case .quiesced: 1
        case .offline: 2
        }
    }
}
