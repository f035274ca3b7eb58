public import Model
internal import Store

/// What a new volume is made from.
public enum VolumeSource: Sendable, Hashable {
    case nothing
    case snapshot(String)
    /// A server snapshot's member: the snapshot of this volume.
    case member(serverSnapshot: String, volume: String)
}

extension ResourceManager {
    /// Creates a volume.
    ///
    /// - Parameters:
    ///   - sizeBytes: 0: the source's size.
    ///   - server: attach it there at once; empty: to none.
    ///   - ifAbsent: one that is equal already is the answer.
    public func createVolume(
        _ attributes: ResourceAttributes, sizeBytes: UInt64, from source: VolumeSource, attachTo server: String,
        ifAbsent: Bool, _ mutation: Mutation
    ) async throws -> MutationAnswer<Volume> {
        let attributes = try attributes.checked(field: "volume")
        let shortage = try await shortage()
        var answer = try await mutate(mutation) { transaction, context in
            if ifAbsent,
                let existing = try transaction.volume(
                    attributes, sizeBytes, from: source, on: server, in: context.projectID)
            {
                return existing
            }
            if let shortage { throw shortage }
            let snapshot = try transaction.usableSnapshot(source, in: context.projectID)
            let size = try newSize(sizeBytes, from: snapshot)
            let place = try server.isEmpty ? nil : transaction.freePlace(on: server, in: context.projectID)
            let made = try transaction.makeVolume(attributes, size, on: snapshot, at: place, &context)
            let saga = CreateVolumeSaga(volumeID: made.id, layerID: made.topLayerID, serverID: place?.serverID)
            return try transaction.begin(saga, on: made, holding: place?.serverID, &context)
        }
        // One that is being made has nothing to measure.
        if answer.operation == nil { answer.resource = try await measured(answer.resource.map { [$0] } ?? []).first }
        return answer
    }

    public func getVolume(_ reference: String, _ call: Call) async throws -> Volume {
        var volume: Volume = try await get(reference, field: "volume", call)
        volume.used = try await usage(of: volume.usageSubject)
        return volume
    }

    /// - Parameter server: only those attached to it; empty: all.
    public func listVolumes(_ query: ListQuery, server: String, _ call: Call) async throws -> Page<Volume> {
        var page = try await list(Volume.self, query, call) { transaction, project in
            let scope = try server.isEmpty ? [] : [ListScope.server(transaction.serverID(server, project))]
            return ListPlace(project, scope: scope)
        }
        page.elements = try await measured(page.elements)
        return page
    }

    public func updateVolume(
        _ reference: String, _ update: AttributeUpdate, etag: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<Volume> {
        var answer: MutationAnswer<Volume> = try await self.update(
            reference, field: "volume", update, etag: etag, mutation)
        answer.resource = try await measured(answer.resource.map { [$0] } ?? []).first
        return answer
    }

    public func deleteVolume(
        _ reference: String, etag: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<Volume> {
        let clients = try await clients(of: reference, mutation.call)
        return try await mutate(mutation, for: .freeing) { transaction, context in
            let volume: Volume = try transaction.resolve(reference, in: context.projectID, field: "volume")
            try volume.requireEtag(etag)
            return try transaction.deleteAlone(volume, clients: clients, &context)
        }
    }

    /// - Parameter force: cut off connected clients.
    public func resizeVolume(
        _ reference: String, sizeBytes: UInt64, force: Bool, _ mutation: Mutation
    ) async throws -> MutationAnswer<Volume> {
        let size = try VolumeSize.checked(sizeBytes, field: "size_bytes")
        let shortage = try await shortage()
        let isUndisturbed = force || !engine.capabilities.resizeDisconnects
        let clients = try await isUndisturbed ? [:] : clients(of: reference, mutation.call)
        return try await mutate(mutation) { transaction, context in
            if let shortage { throw shortage }
            var volume: Volume = try transaction.resolve(reference, in: context.projectID, field: "volume")
            try volume.requireIdle()
            try volume.requireState(.available, .inUse)
            guard size >= volume.size else {
                throw Refusal.invalid(
                    .invalidSize, field: "size_bytes",
                    "volume \(volume.header.name) has \(volume.size); a volume only grows, not to \(size)")
            }
            guard size > volume.size else { return Change(target: volume) }
            if var refusal = Refusal.hasClients(volume, clients[volume.id]) {
                refusal.remedies = [.resize(volume, to: size)]
                throw refusal
            }
            let server = try transaction.idleServer(of: volume)
            volume.enter(.resizing, at: context.now)
            let saga = ResizeVolumeSaga(
                volumeID: volume.id, layerID: volume.topLayerID, serverID: server?.id, size: size, force: force)
            let warnings = [Warning.clientsOnServer(clients[volume.id])].compactMap { $0 }
            return try transaction.begin(saga, on: volume, holding: server?.id, warnings: warnings, &context)
        }
    }

    private func newSize(_ bytes: UInt64, from snapshot: VolumeSnapshot?) throws(Refusal) -> ByteCount {
        guard let snapshot else { return try VolumeSize.checked(bytes, field: "volume.size_bytes") }
        guard bytes > 0 else { return snapshot.size }
        let size = try VolumeSize.checked(bytes, field: "volume.size_bytes")
        guard size >= snapshot.size else {
            throw .invalid(
                .invalidSize, field: "volume.size_bytes",
                "snapshot \(snapshot.header.name) has \(snapshot.size); a volume made from it cannot be smaller")
        }
        return size
    }

    /// Fills in what only the engine knows.
    func measured(_ volumes: [Volume]) async throws -> [Volume] {
        let usage = try await usage(of: volumes.map(\.usageSubject))
        return zip(volumes, usage).map { volume, used in
            var volume = volume
            volume.used = used
            return volume
        }
    }
}

extension ReadTransaction {
    func serverID(_ reference: String, _ project: ProjectID) throws -> ServerID {
        try resolve(reference, Server.self, in: project, field: "server").id
    }

    /// A volume that is there already as it is asked for; nil: it is to be made.
    fileprivate func volume(
        _ attributes: ResourceAttributes, _ bytes: UInt64, from source: VolumeSource, on server: String,
        in project: ProjectID
    ) throws -> Change<Volume>? {
        try existing(named: attributes.name, in: project) { volume in
            volume.differences(
                from: attributes, sizeBytes: bytes, source: try snapshot(source, in: project)?.id,
                server: try server.isEmpty ? nil : serverID(server, project))
        }
    }

    /// The snapshot that a new volume is made from, if it can be.
    fileprivate func usableSnapshot(_ source: VolumeSource, in project: ProjectID) throws -> VolumeSnapshot? {
        if case .member(let owner, _) = source {
            try resolve(owner, ServerSnapshot.self, in: project, field: "server_snapshot").requireUsable()
        }
        let snapshot = try snapshot(source, in: project)
        if case .snapshot = source { try snapshot?.requireUsable() }
        return snapshot
    }

    private func snapshot(_ source: VolumeSource, in project: ProjectID) throws -> VolumeSnapshot? {
        switch source {
        case .nothing: nil
        case .snapshot(let reference): try resolve(reference, in: project, field: "snapshot")
        case .member(let owner, let volume):
            try member(of: try resolve(owner, in: project, field: "server_snapshot"), volume)
        }
    }

    private func member(of serverSnapshot: ServerSnapshot, _ volume: String) throws -> VolumeSnapshot {
        let members = try members(of: serverSnapshot.id)
        let matching = members.filter { $0.volumeID.rawValue == volume || $0.volumeName == volume }
        guard let member = matching.first, matching.count == 1 else {
            let names = members.map(\.volumeName).joined(separator: ", ")
            throw Refusal(
                .notFound,
                "server snapshot \(serverSnapshot.header.name) "
                    + "has no member of one volume \"\(volume)\"; it has \(names)"
            )
        }
        return member
    }

    /// The lowest free slot of a server that a volume can be attached to now.
    func freePlace(on reference: String, in project: ProjectID) throws -> Volume.Placement {
        let server: Server = try resolve(reference, in: project, field: "server")
        try server.requireIdle()
        try server.requireState(.running, .stopped, .error)
        let taken = Set(server.attachments.map(\.slot))
        guard let slot = (0..<Server.slotCount).first(where: { !taken.contains($0) }) else {
            throw Refusal(.serverFull, "server \(server.header.name) has all \(Server.slotCount) slots taken")
        }
        return Volume.Placement(serverID: server.id, slot: slot)
    }

    /// The server that a volume is attached to, if it is free for a change.
    func idleServer(of volume: Volume) throws -> Server? {
        guard let id = volume.placement?.serverID, let server: Server = try get(id) else { return nil }
        try server.requireIdle()
        return server
    }
}

extension WriteTransaction {
    /// Inserts a new volume with its layer, CREATING, still without its operation.
    func makeVolume(
        _ attributes: ResourceAttributes, _ size: ByteCount, on snapshot: VolumeSnapshot?,
        at place: Volume.Placement?, _ context: inout ChangeContext
    ) throws -> Volume {
        var volume = try makeVolume(attributes, size, over: try snapshot.flatMap { try layer($0.layerID) }, &context)
        volume.placement = place
        volume.sourceSnapshotID = snapshot?.id
        volume.writerWasKilled = snapshot?.isCrashConsistent ?? false
        return volume
    }

    /// Inserts a layer over another one, and makes a volume of it.
    func makeVolume(
        _ attributes: ResourceAttributes, _ size: ByteCount, over parent: LayerRecord?, _ context: inout ChangeContext
    ) throws -> Volume {
        let made = LayerRecord(
            id: context.newID(), parentID: parent?.id, size: size, depth: parent.map { $0.depth + 1 } ?? 0,
            state: .prepared)
        try insert(made)
        let header = ResourceHeader(projectID: context.projectID, attributes: attributes, at: context.now)
        return Volume(id: context.newID(), header: header, state: .creating, size: size, topLayerID: made.id)
    }
}
