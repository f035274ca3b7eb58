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
