/// Everything that hangs together with a resource that somebody wants to delete, as far as rules and plans need it.
public struct DeletionGraph: Sendable {
    public var servers: [ServerID: Server] = [:]
    public var volumes: [VolumeID: Volume] = [:]
    public var snapshots: [SnapshotID: VolumeSnapshot] = [:]
    public var serverSnapshots: [ServerSnapshotID: ServerSnapshot] = [:]
    /// Clients that may use each volume; from the engine, so only as true as a moment ago.
    public var clients: [VolumeID: ConnectedClients] = [:]

    public init() {}

    /// Whether something of this id is in it.
    public func holds(_ id: String) -> Bool {
        snapshots[SnapshotID(stored: id)] != nil || serverSnapshots[ServerSnapshotID(stored: id)] != nil
            || volumes[VolumeID(stored: id)] != nil || servers[ServerID(stored: id)] != nil
    }

    /// A server's volumes, in the order of the slots.
    public func volumes(of server: ServerID) -> [Volume] {
        volumes.values.filter { $0.placement?.serverID == server }
            .sorted { ($0.placement?.slot ?? 0) < ($1.placement?.slot ?? 0) }
    }
}

/// A graph's snapshots by what they hang on, in order, so that each is found once.
struct SnapshotIndex {
    private let byVolume: [VolumeID: [VolumeSnapshot]]
    private let byOwner: [ServerSnapshotID: [VolumeSnapshot]]

    init(_ graph: DeletionGraph) {
        byVolume = Dictionary(grouping: graph.snapshots.values, by: \.volumeID)
            .mapValues { $0.sorted(by: oldestFirst) }
        let members = graph.snapshots.values.filter { $0.serverSnapshotID != nil }
        byOwner = Dictionary(grouping: members) { $0.serverSnapshotID ?? ServerSnapshotID(stored: "") }
            .mapValues { $0.sorted { ($0.slot ?? 0, $0.id.rawValue) < ($1.slot ?? 0, $1.id.rawValue) } }
    }

    /// Oldest first.
    func snapshots(of volume: VolumeID) -> [VolumeSnapshot] { byVolume[volume] ?? [] }

    /// In the order of the slots.
    func members(of serverSnapshot: ServerSnapshotID) -> [VolumeSnapshot] { byOwner[serverSnapshot] ?? [] }

    func ownedSnapshots(of target: DeletionTarget) -> [Refusal.Blocker] {
        guard case .volume(let id) = target else { return [] }
        return snapshots(of: id).filter { $0.serverSnapshotID != nil }.map {
            Refusal.Blocker(
                kind: ResourceKind.snapshot.rawValue, id: $0.id.rawValue, name: $0.header.name,
                reason: .volumeHasSnapshots)
        }
    }
}

private func oldestFirst(_ left: some Resource, _ right: some Resource) -> Bool {
    (left.header.createTime, left.header.name, left.id.rawValue)
        < (right.header.createTime, right.header.name, right.id.rawValue)
}

/// How far a deletion goes.
public struct DeletionScope: Hashable, Sendable, Codable {
    /// Of a server: its volumes too, each under its own rules.
    public var deletesVolumes: Bool
    /// Connected clients are cut off instead of being in the way.
    public var cutsOffClients: Bool

    public init(deletesVolumes: Bool = false, cutsOffClients: Bool = false) {
        self.deletesVolumes = deletesVolumes
        self.cutsOffClients = cutsOffClients
    }
}

/// A resource that can be deleted.
public enum DeletionTarget: Hashable, Sendable {
    case volume(VolumeID)
    case snapshot(SnapshotID)
    case serverSnapshot(ServerSnapshotID)
    case server(ServerID)

    public var kind: ResourceKind {
        switch self {
        case .volume: .volume
        case .snapshot: .snapshot
        case .serverSnapshot: .serverSnapshot
        case .server: .server
        }
    }

    public var id: String {
        switch self {
        case .volume(let id): id.rawValue
        case .snapshot(let id): id.rawValue
        case .serverSnapshot(let id): id.rawValue
        case .server(let id): id.rawValue
        }
    }
}
