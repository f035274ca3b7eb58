internal import HoldpointMessages
internal import Model

extension HoldpointMessages.Volume {
    init(_ volume: Model.Volume) {
        self.init()
        id = volume.id.rawValue
        fill(volume.header)
        state = State(volume.state)
        sizeBytes = UInt64(volume.size.bytes)
        usedBytes = UInt64(volume.used.bytes)
        serverID = volume.placement?.serverID.rawValue ?? ""
        slot = UInt32(clamping: volume.placement?.slot ?? 0)
        boot = volume.placement?.boot ?? false
        sourceSnapshotID = volume.sourceSnapshotID?.rawValue ?? ""
        snapshotCount = UInt32(clamping: volume.snapshotCount)
        serverName = volume.serverName
    }
}

extension HoldpointMessages.Volume.State {
    init(_ state: Model.Volume.State) {
        switch state {
        case .creating: self = .creating
        case .available: self = .available
        case .attaching: self = .attaching
        case .inUse: self = .inUse
        case .detaching: self = .detaching
        case .resizing: self = .resizing
        case .reverting: self = .reverting
        case .deleting: self = .deleting
        case .error: self = .error
        case .errorDeleting: self = .errorDeleting
        }
    }
}

extension Model.Volume: ShownInEvents {
    var shownInEvents: HoldpointMessages.Event.Resource { .volume(HoldpointMessages.Volume(self)) }
}
