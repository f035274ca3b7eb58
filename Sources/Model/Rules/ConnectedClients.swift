/// NBD clients connected to the server that serves a volume, as they were a moment ago.
///
/// A server has one listener for all its volumes, so whom a connection is for can be told only where it serves one.
public struct ConnectedClients: Hashable, Sendable {
    /// One text each: `unix:pid=123 (nbdcopy)`; a process with several connections is one client.
    public let names: [String]
    /// Name of the server that they are connected to.
    public let serverName: String
    /// The server serves no other volume: they are this one's clients.
    public let areOfThisVolume: Bool

    public init(_ names: some Sequence<String>, serverName: String, areOfThisVolume: Bool) {
        self.names = Set(names).sorted()
        self.serverName = serverName
        self.areOfThisVolume = areOfThisVolume
    }

    /// Each of them, named after what it is known to be connected to: the volume, or `server web-1`.
    public func blockers(of volume: Volume) -> [Refusal.Blocker] {
        let target = areOfThisVolume ? volume.header.name : "server \(serverName)"
        return names.map { Refusal.Blocker(kind: "client", id: $0, name: target, reason: .volumeHasClients) }
    }
}

extension Refusal {
    /// Clients are connected to a volume.
    ///
    /// - Returns: nil if there are none, or perhaps none of this one.
    public static func hasClients(_ volume: Volume, _ clients: ConnectedClients?) -> Refusal? {
        guard let clients, clients.areOfThisVolume else { return nil }
        var refusal = Refusal(.volumeHasClients, "NBD clients are connected to volume \(volume.header.name)")
        refusal.blockers = clients.blockers(of: volume)
        refusal.remedies = [.disconnect(volume)]
        return refusal
    }

    /// Clients are connected to a server's listener.
    ///
    /// - Returns: nil if there are none.
    public static func hasClients(_ server: Server, _ names: [String]) -> Refusal? {
        guard !names.isEmpty else { return nil }
        var refusal = Refusal(.volumeHasClients, "NBD clients are connected to server \(server.header.name)")
        refusal.blockers = names.map {
            Blocker(kind: "client", id: $0, name: server.header.name, reason: .volumeHasClients)
        }
        refusal.remedies = [.cutOff(server)]
        return refusal
    }
}

extension Warning {
    /// Whether any of these clients uses the volume is for the change itself to find out.
    ///
    /// - Returns: nil if there is nothing to warn of.
    public static func clientsOnServer(_ clients: ConnectedClients?) -> Warning? {
        guard let clients, !clients.areOfThisVolume else { return nil }
        let count = clients.names.count == 1 ? "1 client" : "\(clients.names.count) clients"
        return Warning(
            reason: "CLIENTS_ON_SERVER",
            message: "\(count) on server \(clients.serverName) (\(clients.names.joined(separator: ", "))): "
                + "if one of them uses this volume, nothing is changed")
    }
}
