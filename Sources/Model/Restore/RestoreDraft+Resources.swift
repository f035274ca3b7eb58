/// What becomes of snapshots, volumes, servers and operations.
extension RestoreDraft {
    mutating func settleSnapshots() {
        for snapshot in rows.snapshots { settle(snapshot) }
        let damaged = Dictionary(grouping: snapshots.values.filter { $0.state == .error }, by: \.serverSnapshotID)
        for owner in rows.serverSnapshots { settle(owner, damaged: damaged[owner.id] ?? []) }
    }

    private mutating func settle(_ snapshot: VolumeSnapshot) {
        var settled = snapshot
        switch snapshot.state {
        case .creating:
            snapshots[snapshot.id] = nil
            return plan.snapshots.removed.append(snapshot)
        case .deleting: settled.settle(.errorDeleting, at: now, failure: interruptedDeletion)
        case .errorDeleting: settled.header.operationID = nil
        case .available, .error:
            let failure = sound[snapshot.layerID] == nil ? damage(snapshot.layerID) : nil
            // One that was never cut has nothing to be AVAILABLE with.
            let isWell = failure == nil && snapshot.cutTime != nil
            settled.settle(isWell ? .available : .error, at: now, failure: failure ?? snapshot.keptFailure)
        }
        snapshots[snapshot.id] = settled
        if settled != snapshot { plan.snapshots.updated.append(settled) }
    }

    /// A server snapshot is as well as its members.
    private mutating func settle(_ owner: ServerSnapshot, damaged: [VolumeSnapshot]) {
        var settled = owner
        switch owner.state {
        case .creating: return plan.serverSnapshots.removed.append(owner)
        case .deleting: settled.settle(.errorDeleting, at: now, failure: interruptedDeletion)
        case .errorDeleting: settled.header.operationID = nil
        case .available, .error:
            let failure = damaged.map(\.layerID).min { $0.rawValue < $1.rawValue }.map(damage)
            let isWell = failure == nil && owner.cutTime != nil
            settled.settle(isWell ? .available : .error, at: now, failure: failure ?? owner.keptFailure)
        }
        if settled != owner { plan.serverSnapshots.updated.append(settled) }
    }

    mutating func settleVolumes() {
        for volume in rows.volumes { settle(volume) }
    }

    private mutating func settle(_ volume: Volume) {
        guard let found = sound[volume.topLayerID] else { return settleWithoutData(volume) }
        var settled = volume
        settled.size = found.size
        switch volume.state {
        case .creating, .attaching, .detaching:
            settled.settle(.available, at: now)
            settled.placement = nil
        case .deleting: settled.settle(.errorDeleting, at: now, failure: interruptedDeletion)
        case .errorDeleting: settled.header.operationID = nil
        case .available, .inUse, .resizing, .reverting, .error:
            settled.settle(
                volume.placement == nil ? .available : .inUse, at: now, failure: volume.keptFailure)
        }
        if volume.placement != nil { settled.loseWriter() }
        volumes[volume.id] = settled
    }

    /// A volume that is in ERROR is detached, so that it can be deleted.
    private mutating func settleWithoutData(_ volume: Volume) {
        var settled = volume
        switch volume.state {
        case .creating: return remove(volume)
        case .deleting: settled.settle(.errorDeleting, at: now, failure: interruptedDeletion)
        case .errorDeleting: settled.header.operationID = nil
        default:
            settled.settle(.error, at: now, failure: damage(volume.topLayerID))
            settled.placement = nil
        }
        volumes[volume.id] = settled
    }

    private mutating func remove(_ volume: Volume) {
        volumes[volume.id] = nil
        plan.volumes.removed.append(volume)
    }

    mutating func settleServers() {
        for server in rows.servers {
            var settled = server
            settled.settle(.stopped, at: now, failure: server.keptFailure)
            settled.desiredState = .stopped
            if settled != server { plan.servers.updated.append(settled) }
        }
    }

    mutating func endOperations() {
        for operation in rows.openOperations {
            var ended = operation
            ended.state = .failed
            ended.stateSince = now
            ended.problem = Operation.Problem(
                reason: RestorePlan.reason,
                message: "the metadata were restored from a backup that was taken while this ran; "
                    + "look at what it was about, and ask again",
                step: operation.steps.first { $0.state != .done }?.name ?? "")
            plan.operations.append(ended)
        }
    }
}
