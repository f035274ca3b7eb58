/// Layers that a deletion may free, with what needs each.
public struct LayerTree: Sendable {
    public struct Node: Sendable, Hashable {
        public let parentID: LayerID?
        /// Layers that rest on it.
        public var childCount: Int
        /// Volumes, snapshots and the quarantine, as far as they name it.
        public var userCount: Int

        public init(parentID: LayerID?, childCount: Int, userCount: Int) {
            self.parentID = parentID
            self.childCount = childCount
            self.userCount = userCount
        }
    }

    private var nodes: [LayerID: Node]

    /// - Parameter nodes: the layers of what is deleted, and all that these rest on.
    public init(_ nodes: [LayerID: Node]) {
        self.nodes = nodes
    }

    /// Takes away one user of a layer. Each layer is freed once: a plan of any size walks through the tree once.
    ///
    /// - Returns: what nothing needs any more, children before what they rest on.
    public mutating func release(_ layer: LayerID) -> [LayerID] {
        nodes[layer]?.userCount -= 1
        var freed: [LayerID] = []
        var next: LayerID? = layer
        while let id = next, let node = nodes[id], node.userCount == 0, node.childCount == 0 {
            nodes[id] = nil
            freed.append(id)
            next = node.parentID
            if let parent = node.parentID { nodes[parent]?.childCount -= 1 }
        }
        return freed
    }
}

extension DeletionPlan {
    /// Layers that each deletion of the plan frees after those before it, by resource id. Pure.
    public func freedLayers(in graph: DeletionGraph, _ tree: LayerTree) -> [String: [LayerID]] {
        var tree = tree
        var freed: [String: [LayerID]] = [:]
        for step in steps where step.action == .delete {
            freed[step.id] = step.releases.compactMap(graph.layer).flatMap { tree.release($0) }
        }
        return freed
    }

    /// Tells what each deletion gives back.
    ///
    /// - Parameters:
    ///   - layers: as `freedLayers` found them.
    ///   - usage: bytes that each of them takes.
    public mutating func measure(_ layers: [String: [LayerID]], _ usage: [LayerID: ByteCount]) {
        for index in steps.indices where steps[index].action == .delete {
            let freed = layers[steps[index].id] ?? []
            steps[index].freesBytes = freed.compactMap { usage[$0] }.reduce(.zero, +)
        }
        freesBytes = steps.map(\.freesBytes).reduce(.zero, +)
        // Dead layers that others rest on are not merged yet: nothing more comes back later.
        reclaimableBytes = freesBytes
    }
}
