/// Who takes how much of the storage: layers that rest on each other, and what keeps each.
///
/// Pure, and one pass for any number of questions: each takes its users away, walks down what is free then, and gives
/// them back.
public struct SpaceAccount: Sendable {
    public struct Layer: Sendable {
        public let id: LayerID
        public let parentID: LayerID?
        public let bytes: ByteCount

        public init(id: LayerID, parentID: LayerID?, bytes: ByteCount) {
            self.id = id
            self.parentID = parentID
            self.bytes = bytes
        }
    }

    private struct Node {
        var parent: Int?
        var bytes: ByteCount
        var childCount = 0
        var userCount = 0
        var isFreed = false
    }

    private var nodes: [Node]
    private let indices: [LayerID: Int]

    /// - Parameter users: the layer that each user of one names.
    public init(_ layers: [Layer], users: some Sequence<LayerID>) {
        let indices = Dictionary(layers.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        var nodes = layers.map { Node(parent: $0.parentID.flatMap { indices[$0] }, bytes: $0.bytes) }
        for node in nodes { if let parent = node.parent { nodes[parent].childCount += 1 } }
        for user in users { if let index = indices[user] { nodes[index].userCount += 1 } }
        self.indices = indices
        self.nodes = nodes
    }

    public func bytes(of layer: LayerID) -> ByteCount { indices[layer].map { nodes[$0].bytes } ?? .zero }

    /// What all layers take.
    public var total: ByteCount { nodes.map(\.bytes).reduce(.zero, +) }

    /// What is free once these users of layers are gone, all of them together.
    public mutating func freed(byReleasing layers: some Sequence<LayerID>) -> ByteCount {
        var (released, freed): ([Int], [Int]) = ([], [])
        var sum = ByteCount.zero
        for layer in layers {
            guard let index = indices[layer] else { continue }
            nodes[index].userCount -= 1
            released.append(index)
            var next: Int? = index
            while let id = next, nodes[id].userCount == 0, nodes[id].childCount == 0, !nodes[id].isFreed {
                nodes[id].isFreed = true
                freed.append(id)
                sum = sum + nodes[id].bytes
                next = nodes[id].parent
                if let parent = next { nodes[parent].childCount -= 1 }
            }
        }
        for index in released { nodes[index].userCount += 1 }
        for index in freed {
            nodes[index].isFreed = false
            if let parent = nodes[index].parent { nodes[parent].childCount += 1 }
        }
        return sum
    }
}
