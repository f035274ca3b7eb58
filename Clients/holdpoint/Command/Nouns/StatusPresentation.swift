import HoldpointClient

extension SystemStatus: Presentable {
    static let headers = ["VERSION", "ENGINE", "SERVERS", "VOLUMES", "SNAPSHOTS", "FREE"]

    var presentedName: String { version }

    var row: [Table.Cell] {
        [
            .init(version), .init(engine), .init(String(serverCount)), .init(String(volumeCount)),
            .init(String(snapshotCount)), .init(ByteSize.text(storageFreeBytes)),
        ]
    }

    var details: [Detail] {
        [
            Detail("problems", verdict, color: failure == nil ? .green : .red), Detail("version", version),
            Detail("started", ResourceText.full(startTime)), Detail("engine", engine),
            Detail("state directory", stateDirectory),
            Detail("storage", "\(ByteSize.text(storageFreeBytes)) free of \(ByteSize.text(storageTotalBytes))"),
            Detail("servers", String(serverCount)), Detail("volumes", String(volumeCount)),
            Detail("snapshots", String(snapshotCount)), Detail("server snapshots", String(serverSnapshotCount)),
            Detail("layers", String(layerCount)), Detail("open operations", String(openOperationCount)),
            Detail("stuck operations", String(stuckOperationCount), color: stuckOperationCount > 0 ? .red : nil),
            Detail("revision", String(revision)),
        ]
    }
}
