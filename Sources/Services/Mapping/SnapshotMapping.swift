internal import HoldpointMessages
internal import Model

extension HoldpointMessages.VolumeSnapshot {
    init(_ snapshot: Model.VolumeSnapshot) {
        self.init()
        id = snapshot.id.rawValue
        fill(snapshot.header)
        state = State(snapshot.state)
        volumeID = snapshot.volumeID.rawValue
        volumeName = snapshot.volumeName
        serverSnapshotID = snapshot.serverSnapshotID?.rawValue ?? ""
        serverSnapshotName = snapshot.serverSnapshotName
        sizeBytes = UInt64(snapshot.size.bytes)
        exclusiveBytes = UInt64(snapshot.exclusive.bytes)
        consistency = HoldpointMessages.Consistency.Grade(snapshot.consistency)
        cutTime = snapshot.cutTime.map { HoldpointMessages.Timestamp($0) }
    }
}

extension HoldpointMessages.VolumeSnapshot.State {
    init(_ state: Model.VolumeSnapshot.State) {
        switch state {
        case .creating: self = .creating
        case .available: self = .available
        case .deleting: self = .deleting
        case .error: self = .error
        case .errorDeleting: self = .errorDeleting
        }
    }
}

extension HoldpointMessages.ServerSnapshot {
    init(_ snapshot: Model.ServerSnapshot) {
        self.init()
        id = snapshot.id.rawValue
        fill(snapshot.header)
        state = State(snapshot.state)
        serverID = snapshot.serverID.rawValue
        serverName = snapshot.serverName
        memberIDs = snapshot.members.map(\.snapshotID.rawValue)
        consistency = HoldpointMessages.Consistency.Grade(snapshot.consistency)
        cutTime = snapshot.cutTime.map { HoldpointMessages.Timestamp($0) }
        var configuration = ServerConfiguration()
        configuration.kind = HoldpointMessages.Server.Kind(snapshot.serverKind)
        configuration.slots = snapshot.members.map { UInt32(clamping: $0.slot) }
        self.configuration = configuration
    }
}

extension HoldpointMessages.ServerSnapshot.State {
    init(_ state: Model.ServerSnapshot.State) {
        switch state {
        case .creating: self = .creating
        case .available: self = .available
        case .deleting: self = .deleting
        case .error: self = .error
        case .errorDeleting: self = .errorDeleting
        }
    }
}

extension Model.VolumeSnapshot: ShownInEvents {
    var shownInEvents: HoldpointMessages.Event.Resource { .snapshot(HoldpointMessages.VolumeSnapshot(self)) }
}

extension Model.ServerSnapshot: ShownInEvents {
    var shownInEvents: HoldpointMessages.Event.Resource { .serverSnapshot(HoldpointMessages.ServerSnapshot(self)) }
}
