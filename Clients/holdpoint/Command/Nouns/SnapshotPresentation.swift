import HoldpointClient

extension VolumeSnapshot: Presentable {
    static let headers = ["NAME", "ID", "STATE", "VOLUME", "SERVER SNAPSHOT", "SIZE", "CONSISTENCY", "TAKEN"]

    var row: [Table.Cell] {
        [
            .init(name), .init(id), stateCell, .init(volumeName.isEmpty ? volumeID : volumeName),
            .init(serverSnapshotName.isEmpty ? serverSnapshotID : serverSnapshotName), .init(ByteSize.text(sizeBytes)),
            .init(ResourceText.grade(consistency)), .init(ResourceText.relative(cutTime)),
        ]
    }

    var details: [Detail] {
        details([
            Detail("volume", ResourceText.reference(volumeName, volumeID)),
            Detail("server snapshot", ResourceText.reference(serverSnapshotName, serverSnapshotID)),
            Detail("size", ByteSize.exactText(sizeBytes)), Detail("exclusive", ByteSize.exactText(exclusiveBytes)),
            Detail("consistency", ResourceText.grade(consistency)), Detail("taken", ResourceText.full(cutTime)),
        ])
    }
}
