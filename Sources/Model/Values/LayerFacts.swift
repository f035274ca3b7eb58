/// What a layer's own file says: the fact, where a `LayerRecord` is the intent.
public struct LayerFacts: Hashable, Sendable {
    /// What a file names as the one that it rests on.
    public enum Parent: Hashable, Sendable {
        case none
        case layer(LayerID)
        /// A name that no layer can have.
        case foreign(String)
    }

    public var parent: Parent
    /// The size of the block device that it shows.
    public var size: ByteCount
    /// Bytes that it takes on the disk.
    public var allocated: ByteCount
    /// It may be opened for writing: it does not bear the mark of a frozen layer.
    public var isWritable: Bool
    /// It is marked as not closed well, or as damaged.
    public var isMarkedDamaged: Bool
    /// A process has it open.
    public var isOpen: Bool
    /// It may hold bytes of its own: it is not as it was when it was made.
    public var holdsData: Bool

    public init(
        parent: Parent, size: ByteCount, allocated: ByteCount, isWritable: Bool, isMarkedDamaged: Bool = false,
        isOpen: Bool = false, holdsData: Bool = true
    ) {
        self.parent = parent
        self.size = size
        self.allocated = allocated
        self.isWritable = isWritable
        self.isMarkedDamaged = isMarkedDamaged
        self.isOpen = isOpen
        self.holdsData = holdsData
    }

    /// The layer that it rests on; nil: none, or no layer.
    public var parentID: LayerID? {
        guard case .layer(let id) = parent else { return nil }
        return id
    }
}

/// A file among the layers that is none: its name is no layer's, or it has no whole header.
public struct StrayFile: Hashable, Sendable {
    public let name: String
    /// The layer that it would be, by its name.
    public let layerID: LayerID?

    public init(name: String, layerID: LayerID?) {
        self.name = name
        self.layerID = layerID
    }
}

/// Everything that a storage engine finds in its hands.
public struct StorageInventory: Hashable, Sendable {
    public var layers: [LayerID: LayerFacts]
    public var strays: [StrayFile]
    /// Servers whose process runs, known or not, answering or not.
    public var processes: Set<ServerID>

    public init(layers: [LayerID: LayerFacts] = [:], strays: [StrayFile] = [], processes: Set<ServerID> = []) {
        self.layers = layers
        self.strays = strays
        self.processes = processes
    }
}
