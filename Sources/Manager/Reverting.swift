public import Model
internal import Store

extension ResourceManager {
    /// Gives a volume that nobody has open the bytes of one of its snapshots. It keeps its size; what it holds now is
    /// kept in a safety snapshot, the operation's second target.
    public func revertVolume(
        _ reference: String, to snapshot: String, etag: String, within limit: CutLimit, _ mutation: Mutation
    ) async throws -> MutationAnswer<Volume> {
        let shortage = try await shortage()
        let clients = try await clients(of: reference, mutation.call)
        return try await mutate(mutation) { transaction, context in
            if let shortage { throw shortage }
            let volume: Volume = try transaction.resolve(reference, in: context.projectID, field: "volume")
            try volume.requireEtag(etag)
            let server = try transaction.requireRevertible(volume, clients[volume.id])
            let snapshot = try transaction.snapshot(snapshot, of: volume, in: context.projectID)
            try snapshot.requireOwn(of: volume)
            return try transaction.beginRevert(
                of: volume, on: server, to: snapshot, within: limit, &context)
        }
    }
}

extension VolumeSnapshot {
    fileprivate func requireOwn(of volume: Volume) throws(Refusal) {
        try requireUsable()
        guard volumeID == volume.id else {
            throw .invalid(
                field: "snapshot",
                "snapshot \(header.name) is of volume \(volumeName); "
                    + "a volume is reverted to one of its own: make a new volume from this one")
        }
    }
}

extension ReadTransaction {
    /// A snapshot by its id or name; of those that share the name, the volume's own.
    fileprivate func snapshot(
        _ reference: String, of volume: Volume, in project: ProjectID
    ) throws -> VolumeSnapshot {
        let own: [VolumeSnapshot] = try named(reference, in: project).filter { $0.volumeID == volume.id }
        if own.count == 1, let only = own.first { return only }
        return try resolve(reference, in: project, field: "snapshot")
    }
}

extension WriteTransaction {
    /// - Returns: the stopped server that the volume is attached to; nil: it is detached.
    fileprivate func requireRevertible(_ volume: Volume, _ clients: ConnectedClients?) throws -> Server? {
        try volume.requireIdle()
        let server = try idleServer(of: volume)
        if let server, server.isServing { throw Refusal.attached(volume, to: server, clients) }
        try volume.requireState(.available, .inUse)
        return server
    }

    fileprivate func beginRevert(
        of volume: Volume, on server: Server?, to snapshot: VolumeSnapshot, within limit: CutLimit,
        _ context: inout ChangeContext
    ) throws -> Change<Volume> {
        let name = try freeName(
            like: MadeName.safetySnapshot(at: context.now), in: context.projectID, VolumeSnapshot.self)
        let safety = try makeSnapshot(
            ResourceAttributes(name: name), of: volume, on: server, owner: nil, &context)
        let replacement = try makeReplacement(of: volume, by: snapshot, &context)
        let taking = TakeSnapshotSaga(
            parts: [safety.saga], serverID: server?.id, serverSnapshotID: nil, limitMilliseconds: limit.milliseconds)
        let saga = RevertVolumeSaga(
            safety: taking, volumeID: volume.id, layer: replacement.layer, parents: replacement.parents,
            settledState: volume.state, consistency: snapshot.consistency)
        var reverting = volume
        reverting.enter(.reverting, at: context.now)
        let change = try begin(
            saga, on: reverting, holding: server?.id, alsoAbout: [safety.snapshot.id.rawValue],
            warnings: [.safetySnapshot(safety.snapshot, context)], &context)
        try insert(safety.snapshot, heldBy: change.operation, &context)
        return change
    }
}

extension WriteTransaction {
    /// Inserts the layer that a volume is to go on with: over a snapshot's, and as large as the volume.
    func makeReplacement(
        of volume: Volume, by snapshot: VolumeSnapshot, _ context: inout ChangeContext
    ) throws -> LayerReplacement {
        let parents = try chain(to: snapshot.layerID)
        let made = LayerRecord(
            id: context.newID(), parentID: snapshot.layerID, size: volume.size, depth: parents.count, state: .prepared)
        try insert(made)
        return LayerReplacement(
            volumeID: volume.id, layer: .init(id: made.id, size: made.size),
            parents: parents.map { .init(id: $0.id, size: $0.size) }, consistency: snapshot.consistency)
    }
}

extension Warning {
    fileprivate static func safetySnapshot(_ snapshot: VolumeSnapshot, _ context: ChangeContext) -> Warning {
        safetySnapshot(
            "what the volume holds now is kept in snapshot", snapshot.header.name, snapshot.id.rawValue, context)
    }

    /// - Parameter id: not told where nothing is made.
    static func safetySnapshot(_ text: String, _ name: String, _ id: String, _ context: ChangeContext) -> Warning {
        let reference = context.mutation.validateOnly ? name : "\(name) (\(id))"
        return Warning(reason: "SAFETY_SNAPSHOT", message: "\(text) \(reference)")
    }
}

extension Refusal {
    /// The clients have to go before either way out.
    fileprivate static func attached(_ volume: Volume, to server: Server, _ clients: ConnectedClients?) -> Refusal {
        var refusal = attached(
            volume, "volume \(volume.header.name) is attached to server \(server.header.name), which runs")
        refusal.blockers = (clients?.blockers(of: volume) ?? []) + refusal.blockers
        refusal.remedies.append(.stop(server))
        return refusal
    }
}
