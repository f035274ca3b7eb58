import Model
import Store

/// root <- middle <- top, the top of a volume.
struct House: Sendable {
    static let author = ChangeAuthor(principal: "admin", source: "test")
    static let now = Timestamp(millisecondsSinceEpoch: 1)

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
}
