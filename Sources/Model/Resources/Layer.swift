/// Names the layers of a storage engine; see `LayerRecord` for what is kept of one.
public enum LayerKind: IdentifiedKind {
    public static let kind = ResourceKind.layer
}

public typealias LayerID = Identifier<LayerKind>

/// What is known of one layer of data. The graph of layers is intent; the engine's files are the fact.
public struct LayerRecord: Hashable, Sendable, Codable {
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Being made by an operation; nothing was ever written to it.
        case prepared = "PREPARED"
        /// A cut may have made it active: from here on it is never thrown away unread.
        case possiblyActive = "POSSIBLY_ACTIVE"
        /// The top of a volume.
        case active = "ACTIVE"
        /// Read-only for ever.
        case frozen = "FROZEN"
        /// Nothing needs it; its file is being unlinked.
        case deleting = "DELETING"
    }

    public let id: LayerID
    /// The layer that it rests on; nil: it is the root of its tree.
    public var parentID: LayerID?
    public var size: ByteCount
    /// Layers below it in its chain.
    public var depth: Int
    public var state: State

    public init(id: LayerID, parentID: LayerID?, size: ByteCount, depth: Int, state: State) {
        self.id = id
        self.parentID = parentID
        self.size = size
        self.depth = depth
        self.state = state
    }
}
