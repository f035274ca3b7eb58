/// Everything that is recorded, of one instant, for what looks at all of it at once.
public struct MetadataRows: Sendable {
    public var servers: [Server] = []
    public var volumes: [Volume] = []
    public var snapshots: [VolumeSnapshot] = []
    public var serverSnapshots: [ServerSnapshot] = []
    public var layers: [LayerID: LayerRecord] = [:]
    public var quarantined: [QuarantinedLayer] = []
    /// Operations that have not ended, stuck ones included.
    public var openOperations: [Operation] = []
    /// Ids of remembered requests whose operation is not there.
    public var requestsWithoutAnswer: [String] = []

    public init() {}

    /// A layer and all that it rests on, by the rows; one that has no row ends the walk.
    public func ancestry(of layer: LayerID) -> [LayerID] {
        var seen: Set<LayerID> = []
        var chain: [LayerID] = []
        var next: LayerID? = layer
        while let id = next, seen.insert(id).inserted {
            chain.append(id)
            next = layers[id]?.parentID
        }
        return chain
    }

    func ancestry(of layers: some Sequence<LayerID>) -> Set<LayerID> {
        var all: Set<LayerID> = []
        for layer in layers {
            var next: LayerID? = layer
            while let id = next, all.insert(id).inserted { next = self.layers[id]?.parentID }
        }
        return all
    }

    /// What needs a layer, itself or by what rests on it: `volume data-1, snapshot monday`.
    func users(of layer: LayerID) -> String {
        let users =
            volumes.filter { ancestry(of: $0.topLayerID).contains(layer) }.map { "volume \($0.header.name)" }
            + snapshots.filter { ancestry(of: $0.layerID).contains(layer) }.map { "snapshot \($0.header.name)" }
            + quarantined.filter { ancestry(of: $0.layerID).contains(layer) }.map { "quarantined \($0.layerID)" }
        guard users.count > Self.maximumNamedUsers else {
            return users.isEmpty ? "nothing" : users.joined(separator: ", ")
        }
        let named = users.prefix(Self.maximumNamedUsers).joined(separator: ", ")
        return "\(named) and \(users.count - Self.maximumNamedUsers) more"
    }

    private static var maximumNamedUsers: Int { 8 }
}

/// What a server's process was seen to do.
public enum ServerFact: Hashable, Sendable {
    case notRunning
    /// It runs and does not answer, for this reason.
    case silent(String)
    /// The active layer of each volume that it serves.
    case serving([VolumeID: LayerID])
}

/// What is really there, gathered after the rows.
public struct StorageFacts: Sendable {
    public var inventory = StorageInventory()
    public var servers: [ServerID: ServerFact] = [:]
    /// The engine's longest chain.
    public var maximumChainDepth = Int.max

    public init() {}
}
