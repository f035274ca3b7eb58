/// What needs each layer, itself or by what rests on it, in words; made once for all layers.
struct LayerUsers {
    private struct Users {
        var named: ArraySlice<String> = []
        var count = 0
    }

    private static let maximumNamed = 8

    private var users: [LayerID: Users] = [:]

    init(_ rows: MetadataRows) {
        for volume in rows.volumes { add("volume \(volume.header.name)", to: volume.topLayerID) }
        for snapshot in rows.snapshots { add("snapshot \(snapshot.header.name)", to: snapshot.layerID) }
        for layer in rows.quarantined { add("quarantined \(layer.layerID)", to: layer.layerID) }
        // What needs a layer needs the one below it, so those on top come first.
        for row in rows.layers.values.sorted(by: { ($0.depth, $0.id.rawValue) > ($1.depth, $1.id.rawValue) }) {
            guard let parent = row.parentID, let above = users[row.id] else { continue }
            var below = users[parent] ?? Users()
            below.count += above.count
            below.named = (below.named + above.named).prefix(Self.maximumNamed)
            users[parent] = below
        }
    }

    private mutating func add(_ user: String, to layer: LayerID) {
        users[layer, default: Users()].count += 1
        guard let named = users[layer]?.named, named.count < Self.maximumNamed else { return }
        users[layer]?.named.append(user)
    }

    /// `volume data-1, snapshot monday and 3 more`
    func words(of layer: LayerID) -> String {
        guard let users = users[layer], users.count > 0 else { return "nothing" }
        let rest = users.count - users.named.count
        return users.named.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}
