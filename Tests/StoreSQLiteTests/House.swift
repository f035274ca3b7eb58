import Model
import Store

/// root <- middle <- top, the top of a volume.
struct House: Sendable {
    static let author = ChangeAuthor(principal: "admin", source: "test")
    static let now = Timestamp(millisecondsSinceEpoch: 1)
    static let kinds = StoredKinds([Server.self, Volume.self, VolumeSnapshot.self, ServerSnapshot.self])

    let project = ProjectID(stored: "prj-a")
    let volume = VolumeID(stored: "vol-a")
    let layers = ["lay-root", "lay-middle", "lay-top"].map { LayerID(stored: $0) }

    func build(in transaction: any WriteTransaction) throws {
        try transaction.insert(Project(id: project, name: "default"))
        for (depth, id) in layers.enumerated() {
            let parent = depth == 0 ? nil : layers[depth - 1]
            try transaction.insert(
                LayerRecord(id: id, parentID: parent, size: .mebibyte, depth: depth, state: .active))
        }
        let header = ResourceHeader(projectID: project, attributes: ResourceAttributes(name: "data"), at: Self.now)
        var made = Volume(id: volume, header: header, state: .available, size: .mebibyte, topLayerID: layers[2])
        try transaction.insert(&made, by: Self.author, at: Self.now)
    }

    /// Layers that nothing needs once the volume is gone.
    func freed(in transaction: any ReadTransaction) throws -> [LayerID] {
        var tree = try transaction.layerTree(below: [layers[2]])
        return tree.release(layers[2])
    }
}
