internal import Model

/// Which layer rests on which, as the headers of their files say; only the edges that exist.
struct LayerGraph {
    private var parents: [LayerID: LayerID] = [:]
    private var childCounts: [LayerID: Int] = [:]

    mutating func insert(_ layer: LayerID, parent: LayerID?) {
        remove(layer)
        guard let parent else { return }
        parents[layer] = parent
        childCounts[parent, default: 0] += 1
    }

    mutating func remove(_ layer: LayerID) {
        guard let parent = parents.removeValue(forKey: layer), let count = childCounts[parent] else { return }
        childCounts[parent] = count == 1 ? nil : count - 1
    }

    func hasChildren(_ layer: LayerID) -> Bool {
        childCounts[layer] != nil
    }

    /// The layer and all that it rests on.
    func ancestry(of layer: LayerID) -> Set<LayerID> {
        var ancestry: Set<LayerID> = []
        var next: LayerID? = layer
        // A damaged header could close a circle; what was met before ends the walk.
        while let id = next, ancestry.insert(id).inserted { next = parents[id] }
        return ancestry
    }
}
