internal import Engine
internal import Model
internal import Store

/// Who is connected, as the engine sees it from outside, before a change decides. Asking touches nothing that is
/// served.
extension ResourceManager {
    /// Clients that may use a volume. None if there is no such volume: a repeated request is answered as before.
    func clients(of reference: String, _ call: Call) async throws -> [VolumeID: ConnectedClients] {
        do {
            return try await clients(of: [try await get(reference, field: "volume", call)], call)
        } catch is Refusal {
            return [:]
        }
    }

    /// Clients that may use volumes: those whose server has any.
    ///
    /// - Throws: `.unknown` if it cannot be found out.
    func clients(of volumes: [Volume], _ call: Call) async throws -> [VolumeID: ConnectedClients] {
        var clients: [VolumeID: ConnectedClients] = [:]
        for (server, volumes) in Dictionary(grouping: volumes, by: \.placement?.serverID) {
            guard let server else { continue }
            let names = try await engine.clients(of: server)
            guard !names.isEmpty else { continue }
            let (name, count) = try await readSystem(call) { transaction in
                (try (transaction.get(server) as Server?)?.header.name, try transaction.volumes(of: server).count)
            }
            for volume in volumes {
                clients[volume.id] = ConnectedClients(
                    names, serverName: name ?? server.rawValue, areOfThisVolume: count == 1)
            }
        }
        return clients
    }

    /// Clients connected to a server, a process once. None if there is no such server: a repeated request is answered
    /// as before.
    func clientsOfServer(_ reference: String, _ call: Call) async throws -> [String] {
        do {
            let server: Server = try await get(reference, field: "server", call)
            return Set(try await engine.clients(of: server.id)).sorted()
        } catch is Refusal {
            return []
        }
    }
}
