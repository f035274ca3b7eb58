import Model
import Testing

/// What each step of a plan frees, in one pass: the same as if the whole tree were looked at after each step.
@Suite struct LayerTreeTests {
    @Test func onePassFreesWhatALookAtAllFrees() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = RandomSequence(seed: seed)
        for round in 0..<300 {
            let forest = Forest(count: Int.random(in: 1...40, using: &generator), &generator)
            let order = forest.users.indices.shuffled(using: &generator)
            // Some users stay: not everything is deleted.
            let released = order.prefix(Int.random(in: 0...order.count, using: &generator))
            var tree = forest.tree
            var gone: Set<Int> = []
            for user in released {
                let before = forest.free(without: gone)
                gone.insert(user)
                let freed = tree.release(forest.layer(forest.users[user]))
                let expected = forest.free(without: gone).subtracting(before)
                #expect(Set(freed) == expected, "seed \(seed), round \(round)")
                #expect(freed.count == expected.count, "seed \(seed), round \(round)")
                #expect(forest.isChildrenFirst(freed), "seed \(seed), round \(round)")
            }
        }
    }

    /// A chain as long as a plan: no layer is looked at twice, and nothing recurses.
    @Test func aLongChainGoesAtOnce() {
        let count = 100_000
        let ids = (0..<count).map { LayerID(stored: "lay-\($0)") }
        var nodes: [LayerID: LayerTree.Node] = [:]
        for index in 0..<count {
            let isTop = index == count - 1
            nodes[ids[index]] = LayerTree.Node(
                parentID: index == 0 ? nil : ids[index - 1], childCount: isTop ? 0 : 1, userCount: isTop ? 1 : 0)
        }
        var tree = LayerTree(nodes)
        #expect(tree.release(ids[count - 1]) == ids.reversed())
    }
}

/// Layers with parents among those before them, and users of some; layer 0, and others, have none.
private struct Forest {
    let parents: [Int?]
    /// The layer of each user; a layer can have several.
    let users: [Int]

    init(count: Int, _ generator: inout RandomSequence) {
        parents = (0..<count).map { index in
            index == 0 || Int.random(in: 0..<10, using: &generator) == 0
                ? nil : Int.random(in: max(0, index - 4)..<index, using: &generator)
        }
        users = (0..<count).flatMap { layer in
            Array(repeating: layer, count: [0, 1, 1, 1, 2, 3].randomElement(using: &generator) ?? 1)
        }
    }

    func layer(_ index: Int) -> LayerID { LayerID(stored: "lay-\(index)") }

    var tree: LayerTree {
        let nodes = parents.indices.map { index in
            let children = parents.count { $0 == index }
            return (
                layer(index),
                LayerTree.Node(
                    parentID: parents[index].map(layer), childCount: children, userCount: users.count { $0 == index })
            )
        }
        return LayerTree(Dictionary(uniqueKeysWithValues: nodes))
    }

    /// The obvious way: what is below a user that went, and neither used nor rested on by what stays.
    func free(without gone: Set<Int>) -> Set<LayerID> {
        var candidates: Set<Int> = []
        for user in gone {
            var next: Int? = users[user]
            while let index = next {
                candidates.insert(index)
                next = parents[index]
            }
        }
        let used = Set(users.indices.filter { !gone.contains($0) }.map { users[$0] })
        var free: Set<Int> = []
        // Children come behind their parents.
        for index in parents.indices.reversed() where candidates.contains(index) && !used.contains(index) {
            let children = parents.indices.filter { parents[$0] == index }
            if children.allSatisfy(free.contains) { free.insert(index) }
        }
        return Set(free.map(layer))
    }

    func isChildrenFirst(_ layers: [LayerID]) -> Bool {
        var seen: Set<LayerID> = []
        return layers.allSatisfy { id in
            seen.insert(id)
            guard let index = parents.indices.first(where: { layer($0) == id }) else { return false }
            return parents[index].map { !seen.contains(layer($0)) } ?? true
        }
    }
}
