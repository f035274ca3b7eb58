/// Everything that is recorded, of one instant, for what looks at all of it at once.
public struct MetadataRows: Sendable {
    public var servers: [Server] = []
    public var volumes: [Volume] = []
    public var snapshots: [VolumeSnapshot] = []
    public var serverSnapshots: [ServerSnapshot] = []
    public var layers: [LayerID: LayerRecord] = [:]
    /// How the files of frozen layers looked when they were found sound; those without were never looked at.
    public var stamps: [LayerID: LayerStamp] = [:]
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

    /// Layers of which the rows lead in a circle. Each is looked at once.
    var rootlessLayers: Set<LayerID> {
        var (rooted, rootless): (Set<LayerID>, Set<LayerID>) = ([], [])
        for start in layers.keys {
            var path: Set<LayerID> = []
            var next: LayerID? = start
            while let id = next, !rooted.contains(id), !rootless.contains(id), path.insert(id).inserted {
                next = layers[id]?.parentID
            }
            if let end = next, !rooted.contains(end) { rootless.formUnion(path) } else { rooted.formUnion(path) }
        }
        return rootless
    }

    func ancestry(of layers: some Sequence<LayerID>) -> Set<LayerID> {
        var all: Set<LayerID> = []
        for layer in layers {
            var next: LayerID? = layer
            while let id = next, all.insert(id).inserted { next = self.layers[id]?.parentID }
        }
        return all
    }
}

/// What a server's process was seen to do.
public enum ServerFact: Hashable, Sendable {
    case notRunning
    /// It runs and does not answer, for this reason.
    case silent(String)
    /// It could not be looked at, for this reason.
    case unknown(String)
    /// The active layer of each volume that it serves.
    case serving([VolumeID: LayerID])
}

/// What is really there, gathered after the rows.
public struct StorageFacts: Sendable {
    public var inventory = StorageInventory()
    public var servers: [ServerID: ServerFact] = [:]
    /// Layers of the longest chain that can be opened.
    public var deepestChain = Int.max

    public init() {}
}
