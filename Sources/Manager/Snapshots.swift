internal import Engine
public import Model
internal import Store

extension ResourceManager {
    /// Takes a snapshot of one volume, attached or not.
    ///
    /// - Parameters:
    ///   - required: refused if it would be worse; nil: whatever it is.
    ///   - ifAbsent: one that is equal already is the answer.
    public func createSnapshot(
        _ attributes: ResourceAttributes, of volume: String, required: Consistency?, within limit: CutLimit,
        ifAbsent: Bool, _ mutation: Mutation
    ) async throws -> MutationAnswer<VolumeSnapshot> {
        let attributes = try attributes.checked(field: "snapshot", mayLackName: !ifAbsent)
        let shortage = try await shortage()
        var answer = try await mutate(mutation) { transaction, context in
            let volume: Volume = try transaction.resolve(volume, in: context.projectID, field: "volume")
            if ifAbsent,
                let existing = try transaction.existing(
                    named: attributes.name, in: context.projectID,
                    differences: { (snapshot: VolumeSnapshot) in
                        snapshot.differences(from: attributes, of: volume.id, required: required)
                    })
            {
                return existing
            }
            if let shortage { throw shortage }
            try volume.requireIdle()
            try volume.requireState(.available, .inUse)
            let server = try transaction.idleServer(of: volume)
            try volume.consistency(on: server).require(required)
            let named = try transaction.named(attributes, VolumeSnapshot.self, of: volume.header.name, context)
            let part = try transaction.makeSnapshot(
                named, of: volume, on: server, owner: nil, &context)
            let saga = TakeSnapshotSaga(
                parts: [part.saga], serverID: server?.id, serverSnapshotID: nil,
                limitMilliseconds: limit.milliseconds)
            let warnings = server?.isServing == true ? [Warning.dataInFlight] : []
            let change = try transaction.begin(
                saga, on: part.snapshot, holding: server?.id, warnings: warnings, &context)
            try transaction.hold(volume, change.operation, &context)
            return change
        }
        // One that is being made has nothing to measure.
        if answer.operation == nil { answer.resource = try await measured(answer.resource.map { [$0] } ?? []).first }
        return answer
    }

    public func getSnapshot(_ reference: String, _ call: Call) async throws -> VolumeSnapshot {
        var snapshot: VolumeSnapshot = try await get(reference, field: "snapshot", call)
        snapshot.exclusive = try await usage(of: snapshot.usageSubject)
        return snapshot
    }

    /// - Parameters:
    ///   - volume: only those of it; empty: all.
    ///   - serverSnapshot: only its members; empty: all.
    public func listSnapshots(
        _ query: ListQuery, volume: String, serverSnapshot: String, _ call: Call
    ) async throws -> Page<VolumeSnapshot> {
        var page = try await list(VolumeSnapshot.self, query, call) { transaction, project in
            var scope: [ListScope] = []
            if !volume.isEmpty {
                scope.append(.volume(try transaction.resolve(volume, Volume.self, in: project, field: "volume").id))
            }
            if !serverSnapshot.isEmpty {
                let owner = try transaction.resolve(
                    serverSnapshot, ServerSnapshot.self, in: project, field: "server_snapshot")
                scope.append(.serverSnapshot(owner.id))
            }
            return ListPlace(project, scope: scope)
        }
        page.elements = try await measured(page.elements)
        return page
    }

    public func updateSnapshot(
        _ reference: String, _ update: AttributeUpdate, etag: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<VolumeSnapshot> {
        var answer: MutationAnswer<VolumeSnapshot> = try await self.update(
            reference, field: "snapshot", update, etag: etag, mutation)
        answer.resource = try await measured(answer.resource.map { [$0] } ?? []).first
        return answer
    }

    public func deleteSnapshot(
        _ reference: String, etag: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<VolumeSnapshot> {
        try await mutate(mutation, for: .freeing) { transaction, context in
            let snapshot: VolumeSnapshot = try transaction.resolve(
                reference, in: context.projectID, field: "snapshot")
            try snapshot.requireEtag(etag)
            return try transaction.deleteAlone(snapshot, &context)
        }
    }

    private func measured(_ snapshots: [VolumeSnapshot]) async throws -> [VolumeSnapshot] {
        let usage = try await usage(of: snapshots.map(\.usageSubject))
        return zip(snapshots, usage).map { snapshot, exclusive in
            var snapshot = snapshot
            snapshot.exclusive = exclusive
            return snapshot
        }
    }
}

extension Volume {
    /// How good a snapshot of it would be now.
    ///
    /// - Parameter server: the one that it is attached to; nil: none.
    func consistency(on server: Server?) -> Consistency {
        server?.isServing == true || writerWasKilled ? .crash : .offline
    }
}

extension Consistency {
    func require(_ required: Consistency?) throws(Refusal) {
        guard let required, self < required else { return }
        throw Refusal(
            .consistencyNotMet,
            "the snapshot would be \(rawValue), not \(required.rawValue): "
                + "detach the volumes cleanly first (OFFLINE), or ask for less")
    }
}

extension Warning {
    static let dataInFlight = Warning(
        reason: "DATA_IN_FLIGHT",
        message: "taken of attached volumes: what their writers have not flushed may be missing or torn; "
            + "the snapshot shows what a power cut would have left (CRASH)")
}

/// A snapshot that was inserted, and its part in the operation that takes it.
struct SnapshotPart {
    let snapshot: VolumeSnapshot
    let saga: TakeSnapshotSaga.Part
}

extension WriteTransaction {
    /// Makes a snapshot's row and its overlay's, still without its operation.
    func makeSnapshot(
        _ attributes: ResourceAttributes, of volume: Volume, on server: Server?, owner: ServerSnapshotID?,
        _ context: inout ChangeContext
    ) throws -> SnapshotPart {
        guard let top = try layer(volume.topLayerID) else {
            throw StoreError.malformed("volume \(volume.id) has no top layer")
        }
        let deepest = context.capabilities.deepestChain
        guard top.depth + 2 <= deepest else { throw Refusal.chainTooDeep(volume, deepest) }
        let overlay = LayerRecord(
            id: context.newID(), parentID: top.id, size: volume.size, depth: top.depth + 1, state: .prepared)
        try insert(overlay)
        let header = ResourceHeader(projectID: context.projectID, attributes: attributes, at: context.now)
        let snapshot = VolumeSnapshot(
            id: context.newID(), header: header, of: volume, serverSnapshotID: owner,
            consistency: volume.consistency(on: server))
        let part = TakeSnapshotSaga.Part(
            volumeID: volume.id, snapshotID: snapshot.id, frozen: top.id,
            overlay: Layer(id: overlay.id, size: overlay.size))
        return SnapshotPart(snapshot: snapshot, saga: part)
    }

    /// Makes a resource busy with an operation that is not mainly about it.
    func hold<Target: StoredResource>(
        _ resource: Target, _ operation: Operation?, _ context: inout ChangeContext
    ) throws {
        var resource = resource
        resource.header.operationID = operation?.id
        try update(&resource, by: context.author(operation), at: context.now)
    }
}
