import HoldpointClient

extension Volume: Presentable {
    static let headers = ["NAME", "ID", "STATE", "SIZE", "USED", "SERVER", "SNAPSHOTS", "CREATED"]

    var row: [Table.Cell] {
        [
            .init(name), .init(id), stateCell, .init(ByteSize.text(sizeBytes)), .init(ByteSize.text(usedBytes)),
            .init(serverName.isEmpty ? serverID : serverName), .init(String(snapshotCount)),
            .init(ResourceText.relative(createTime)),
        ]
    }

    var details: [Detail] {
        details([
            Detail("size", ByteSize.exactText(sizeBytes)), Detail("used", ByteSize.exactText(usedBytes)),
            Detail(
                "server",
                serverID.isEmpty
                    ? "" : "\(ResourceText.reference(serverName, serverID)), slot \(slot)\(boot ? ", boot" : "")"),
            Detail("made from", sourceSnapshotID), Detail("snapshots", snapshots),
        ])
    }

    private var snapshots: String {
        let list = Process.commandLine(["snapshot", "list", "--volume", id])
        return snapshotCount == 0 ? "0" : "\(snapshotCount): \(list)"
    }
}
