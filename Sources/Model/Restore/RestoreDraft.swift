/// A restore while it is being decided.
struct RestoreDraft {
    let rows: MetadataRows
    let inventory: StorageInventory
    let now: Timestamp
    var plan = RestorePlan()

    /// Layers that are there with all that they rest on, with the parents and sizes of their headers.
    let sound: [LayerID: LayerRecord]
    /// Layers in whose place something else stands.
    private let strayLayers: Set<LayerID>
    /// Layers that a header names.
    let named: Set<LayerID>
    /// Layers by what they rest on.
    let resting: [LayerID?: [LayerRecord]]
    /// Layers that operations were still making when the backup was taken: as unknown as if it had no row for them.
    let unfinished: Set<LayerID>
    /// The resources as they are to be.
    var volumes: [VolumeID: Volume]
    var snapshots: [SnapshotID: VolumeSnapshot]
    /// Tops of volumes that may go on being written.
    var writtenTops: Set<LayerID> = []
    /// Layers found that become a volume's top.
    var adopted: Set<LayerID> = []

    init(_ rows: MetadataRows, _ inventory: StorageInventory, _ now: Timestamp) {
        self.rows = rows
        self.inventory = inventory
        self.now = now
        let found = LayerRecord.rows(for: inventory.layers) { _ in nil }
        sound = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        resting = Dictionary(grouping: found, by: \.parentID)
        strayLayers = Set(inventory.strays.compactMap(\.layerID))
        named = Set(inventory.layers.values.compactMap(\.parentID))
        let tops = Set(rows.volumes.map(\.topLayerID))
        let making = rows.layers.values.filter { $0.state == .prepared || $0.state == .possiblyActive }
        unfinished = Set(making.map(\.id)).subtracting(tops)
        volumes = Dictionary(rows.volumes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        snapshots = Dictionary(rows.snapshots.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Rows of layers that the backup relies on.
    func isKnown(_ layer: LayerID) -> Bool { rows.layers[layer] != nil && !unfinished.contains(layer) }

    /// A layer and all beneath: by the headers as far as these lead to a root, otherwise by the rows.
    func ancestry(of layer: LayerID) -> [LayerID] {
        var seen: Set<LayerID> = []
        var chain: [LayerID] = []
        var next: LayerID? = layer
        while let id = next, seen.insert(id).inserted {
            chain.append(id)
            next = below(id)
        }
        return chain
    }

    /// All of some layers and beneath, in the same way. Each is looked at once.
    func ancestry(of layers: some Sequence<LayerID>) -> Set<LayerID> {
        var all: Set<LayerID> = []
        for layer in layers {
            var next: LayerID? = layer
            while let id = next, all.insert(id).inserted { next = below(id) }
        }
        return all
    }

    private func below(_ layer: LayerID) -> LayerID? { sound[layer].map(\.parentID) ?? rows.layers[layer]?.parentID }

    // MARK: What resources show

    func damage(_ layer: LayerID) -> Failure {
        let isThere = inventory.layers[layer] != nil || strayLayers.contains(layer)
        let what = isThere ? "is not whole, or what it rests on is gone" : "is gone"
        return Failure(
            step: "restore", reason: Reason.dataDamaged.rawValue,
            message: "its data (layer \(layer)) \(what): delete it, or restore its bytes from elsewhere", attempts: 1,
            resolvableBy: .user)
    }

    var interruptedDeletion: Failure {
        Failure(
            step: "restore", reason: RestorePlan.reason,
            message: "it was being deleted when the backup was taken, and some of its data may be gone", attempts: 1,
            resolvableBy: .administrator)
    }
}

extension Resource {
    /// What it tells of an earlier operation; what made it an error is judged anew.
    var keptFailure: Failure? { state.rawValue == "ERROR" ? nil : header.failure }

    /// Nothing is about it any more.
    mutating func settle(_ state: State, at now: Timestamp, failure: Failure? = nil) {
        enter(state, at: now)
        header.operationID = nil
        header.failure = failure
    }
}

extension RestorePlan {
    init() {}
}
