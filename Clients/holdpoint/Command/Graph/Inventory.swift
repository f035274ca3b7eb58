import HoldpointClient

/// Everything that the graph is made of. Taken list by list, so what changes meanwhile may be seen half.
struct Inventory: Sendable {
    var servers: [Server] = []
    var volumes: [Volume] = []
    var snapshots: [VolumeSnapshot] = []
    var serverSnapshots: [ServerSnapshot] = []

    /// Every resource with that id, or else with that name.
    func candidates(_ reference: String) -> [any HoldpointResource] {
        let all: [any HoldpointResource] = servers + volumes + snapshots + serverSnapshots
        let named = all.filter { $0.id == reference }
        return named.isEmpty ? all.filter { $0.name == reference } : named
    }
}

extension Session {
    /// All resources of the project.
    func inventory() async throws(RPCError) -> Inventory {
        Inventory(
            servers: try await everything(Server.self), volumes: try await everything(Volume.self),
            snapshots: try await everything(VolumeSnapshot.self),
            serverSnapshots: try await everything(ServerSnapshot.self))
    }

    private func everything<Item: Listable>(_: Item.Type) async throws(RPCError) -> [Item] {
        try await client.listing(Item.Filters.Request()) { page throws(RPCError) in
            try await Item.page(page, from: client, callOptions)
        }.items
    }
}
