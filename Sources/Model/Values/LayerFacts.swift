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
    /// A process has it open; nil: it could not be found out.
    public var isOpen: Bool?
    /// The processes that have it open, as far as they can be seen.
    public var holders: [LayerHolder]
    /// It may hold bytes of its own: it is not as it was when it was made.
    public var holdsData: Bool
    /// By what it is known to be unchanged; nil: the engine knows nothing of the kind.
    public var stamp: LayerStamp?

    public init(
        parent: Parent, size: ByteCount, allocated: ByteCount, isWritable: Bool, isMarkedDamaged: Bool = false,
        isOpen: Bool? = false, holders: [LayerHolder] = [], holdsData: Bool = true, stamp: LayerStamp? = nil
    ) {
        self.parent = parent
        self.size = size
        self.allocated = allocated
        self.isWritable = isWritable
        self.isMarkedDamaged = isMarkedDamaged
        self.isOpen = isOpen
        self.holders = holders
        self.holdsData = holdsData
        self.stamp = stamp
    }

    /// The layer that it rests on; nil: none, or no layer.
    public var parentID: LayerID? {
        guard case .layer(let id) = parent else { return nil }
        return id
    }
}

/// Everything that a storage engine finds in its hands.
public struct StorageInventory: Hashable, Sendable {
    public var layers: [LayerID: LayerFacts]
    public var strays: [Stray]
    /// Layers whose file is there and could not be read, and why: whether they are whole is not known.
    public var unread: [LayerID: String]
    /// Folders that are not as they must be to be trusted, by path, and why.
    public var folderProblems: [String: String]
    /// Servers whose process runs, known or not, answering or not.
    public var processes: Set<ServerID>

    public init(
        layers: [LayerID: LayerFacts] = [:], strays: [Stray] = [], unread: [LayerID: String] = [:],
        folderProblems: [String: String] = [:], processes: Set<ServerID> = []
    ) {
        self.layers = layers
        self.strays = strays
        self.unread = unread
        self.folderProblems = folderProblems
        self.processes = processes
    }
}
