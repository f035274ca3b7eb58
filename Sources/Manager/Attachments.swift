public import Model
internal import Store

extension ResourceManager {
    public func attachVolume(
        _ reference: String, to server: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<Volume> {
        try await mutate(mutation) { transaction, context in
            var volume: Volume = try transaction.resolve(reference, in: context.projectID, field: "volume")
            try volume.requireIdle()
            if volume.placement != nil {
                throw Refusal.attached(volume, "volume \(volume.header.name) is attached already; detach it first")
            }
            try volume.requireState(.available)
            let place = try transaction.freePlace(on: server, in: context.projectID)
            volume.enter(.attaching, at: context.now)
            volume.placement = place
            let saga = AttachVolumeSaga(volumeID: volume.id, serverID: place.serverID)
            return try transaction.begin(saga, on: volume, holding: place.serverID, &context)
        }
    }

    /// - Parameter server: the one that it should be attached to; empty: whichever it is.
    public func detachVolume(
        _ reference: String, from server: String, force: Bool, _ mutation: Mutation
    ) async throws -> MutationAnswer<Volume> {
        let clients = try await force ? [:] : clients(of: reference, mutation.call)
        return try await mutate(mutation) { transaction, context in
            var volume: Volume = try transaction.resolve(reference, in: context.projectID, field: "volume")
            try volume.requireIdle()
            guard let place = volume.placement else { throw Refusal.notAttached(volume) }
            if !server.isEmpty, try transaction.serverID(server, context.projectID) != place.serverID {
                throw Refusal(.volumeNotAttached, "volume \(volume.header.name) is attached to another server")
            }
            if let refusal = Refusal.hasClients([volume], clients, remedy: .disconnect(volume)) { throw refusal }
            try volume.requireState(.inUse, .error)
            _ = try transaction.idleServer(of: volume)
            volume.enter(.detaching, at: context.now)
            let saga = DetachVolumeSaga(volumeID: volume.id, serverID: place.serverID, force: force)
            return try transaction.begin(saga, on: volume, holding: place.serverID, &context)
        }
    }

    /// Clients connected to a volume. None if there is no such volume: a repeated request is answered as before.
    func clients(of reference: String, _ call: Call) async throws -> [VolumeID: [String]] {
        do {
            return try await clients(of: [try await get(reference, field: "volume", call)])
        } catch is Refusal {
            return [:]
        }
    }

    /// Clients connected to volumes, by volume: those that have any.
    func clients(of volumes: [Volume]) async throws -> [VolumeID: [String]] {
        var clients: [VolumeID: [String]] = [:]
        for volume in volumes {
            guard let server = volume.placement?.serverID else { continue }
            let connected = try await engine.clients(of: volume.id, on: server)
            // A process with several connections is one client.
            if !connected.isEmpty { clients[volume.id] = Set(connected).sorted() }
        }
        return clients
    }
}
