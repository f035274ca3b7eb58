public import Model
internal import Store

extension ResourceManager {
    public func attachVolume(
        _ reference: String, to server: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<Volume> {
        try await mutate(mutation) { transaction, context in
            var volume: Volume = try transaction.resolve(reference, in: context.projectID, field: "volume")
            try volume.requireIdle()
            if let place = volume.placement {
                // Asked for once more, it is as it should be.
                let isThere = try transaction.serverID(server, context.projectID) == place.serverID
                if isThere, volume.state == .inUse { return Change(target: volume) }
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
        return try await mutate(mutation, for: .freeing) { transaction, context in
            var volume: Volume = try transaction.resolve(reference, in: context.projectID, field: "volume")
            try volume.requireIdle()
            guard let place = volume.placement else { throw Refusal.notAttached(volume) }
            if !server.isEmpty, try transaction.serverID(server, context.projectID) != place.serverID {
                throw Refusal(.volumeNotAttached, "volume \(volume.header.name) is attached to another server")
            }
            if let refusal = Refusal.hasClients(volume, clients[volume.id]) { throw refusal }
            try volume.requireState(.inUse, .error)
            _ = try transaction.idleServer(of: volume)
            volume.enter(.detaching, at: context.now)
            let saga = DetachVolumeSaga(volumeID: volume.id, serverID: place.serverID, force: force)
            let warnings = [Warning.clientsOnServer(clients[volume.id])].compactMap { $0 }
            return try transaction.begin(saga, on: volume, holding: place.serverID, warnings: warnings, &context)
        }
    }
}
