/// How the metadata of a backup are made to fit the layers that are there, decided from rows and headers alone. Pure.
///
/// The graph is the headers'. What the backup does not know is quarantined, never deleted; a layer that another one
/// names, or that was frozen, is never the top of a volume again: the volume goes on with an empty layer over it.
/// Nothing is started.
public struct RestorePlan: Sendable {
    /// What operations that the backup saw running end with, and the author of all changes gives as reason.
    public static let reason = "METADATA_RESTORED"
    /// Revisions that the metadata may have given out after the backup are never given again: this many are skipped.
    public static let skippedRevisionCount: Int64 = 1_000_000

    /// Every layer's row as it is to be, each behind the one that it rests on.
    public internal(set) var layers: [LayerRecord] = []
    /// Rows that go, each before the one that it rests on.
    public internal(set) var droppedLayers: [LayerID] = []
    /// Layers that the backup does not know.
    public internal(set) var quarantined: [QuarantinedPart] = []
    /// Layers to make, empty, before the rows are written.
    public internal(set) var overlays: [Overlay] = []
    /// Layers that must never be written again, once the rows are written.
    public internal(set) var frozen: [LayerID] = []
    /// What is to be moved out of the way, once the rows are written.
    public internal(set) var strays: [Stray] = []
    public internal(set) var rejectedLayers: [LayerID] = []

    public internal(set) var servers = ResourceChanges<Server>()
    public internal(set) var volumes = ResourceChanges<Volume>()
    public internal(set) var snapshots = ResourceChanges<VolumeSnapshot>()
    public internal(set) var serverSnapshots = ResourceChanges<ServerSnapshot>()
    /// Operations that had not ended, as they end.
    public internal(set) var operations: [Operation] = []

    /// A layer that is quarantined, and where it belonged.
    public struct QuarantinedPart: Hashable, Sendable {
        public let layerID: LayerID
        public let origin: QuarantinedLayer.Origin
    }

    /// A volume's new top.
    public struct Overlay: Hashable, Sendable {
        public let volumeID: VolumeID
        public let layer: LayerRecord
        /// Its file is there: an empty one that an earlier restore made, or nobody ever wrote to.
        public let exists: Bool
    }

    /// What becomes of the resources of a kind; those that are in neither list stay as they are.
    public struct ResourceChanges<Element: Resource>: Sendable {
        public internal(set) var updated: [Element] = []
        public internal(set) var removed: [Element] = []
    }

    /// - Parameters:
    ///   - rows: the backup's.
    ///   - inventory: what is on the disk; no process may have anything open.
    ///   - newID: makes the ids of new layers.
    public init(_ rows: MetadataRows, _ inventory: StorageInventory, at now: Timestamp, newID: () -> LayerID) {
        var draft = RestoreDraft(rows, inventory, now)
        draft.settleSnapshots()
        draft.settleVolumes()
        draft.settleServers()
        draft.placeTops(newID)
        draft.settleLayers()
        draft.endOperations()
        self = draft.plan
    }
}
