internal import HoldpointMessages
internal import Manager
internal import Model

extension HoldpointMessages.SpaceUse {
    init(_ use: Model.SpaceUse) {
        self.init(
            kind: use.kind.rawValue, id: use.id, name: use.name, volumeID: use.volumeID,
            serverSnapshotID: use.serverSnapshotID, ownBytes: UInt64(use.own.bytes),
            exclusiveBytes: UInt64(use.exclusive.bytes), freesBytes: UInt64(use.freed.bytes),
            createTime: HoldpointMessages.Timestamp(use.createTime), volumeName: use.volumeName,
            serverSnapshotName: use.serverSnapshotName)
    }
}

extension HoldpointMessages.QuarantinedLayer {
    init(_ entry: QuarantineEntry) {
        self.init(
            id: entry.layer.layerID.rawValue, reason: entry.layer.reason.rawValue,
            originKind: entry.layer.origin.kind.rawValue, originID: entry.layer.origin.id,
            originName: entry.layer.origin.name, principal: entry.layer.principal,
            time: HoldpointMessages.Timestamp(entry.layer.time), sizeBytes: UInt64(entry.size.bytes),
            ownBytes: UInt64(entry.own.bytes), freesBytes: UInt64(entry.freed.bytes))
    }
}
