import Model

/// Layers with parents among those before them, and users of some; layer 0, and others, have none.
struct Forest {
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
