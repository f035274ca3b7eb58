/// Everything that hangs together with a resource that somebody wants to delete, as far as rules and plans need it.
public struct DeletionGraph: Sendable {
    /// By their ids, which no two kinds share.
    private var resources: [String: any Deletable] = [:]
    /// Clients that may use each volume; from the engine, so only as true as a moment ago.
    public var clients: [VolumeID: ConnectedClients] = [:]

    public init() {}

    /// Adds a resource, or puts this one in the place of an older one of the same id.
    public mutating func add(_ resource: some Deletable) {
        resources[resource.id.rawValue] = resource
    }

    public func get<Target: Deletable>(_ id: Identifier<Target>) -> Target? { resources[id.rawValue] as? Target }

    public func get(_ key: ResourceKey) -> (any Deletable)? { resources[key.id] }

    /// Whether something of this id is in it.
    public func holds(_ id: String) -> Bool { resources[id] != nil }

    public func name(of key: ResourceKey) -> String { resources[key.id]?.header.name ?? key.id }

    /// Those of a kind, in no order.
    public func all<Target: Deletable>(_: Target.Type = Target.self) -> [Target] {
        resources.values.compactMap { $0 as? Target }
    }

    /// The layer that a resource of this id keeps.
    func layer(of id: String) -> LayerID? { resources[id]?.keptLayerID }

    /// Layers of everything in it.
    public var layers: [LayerID] { resources.values.compactMap(\.keptLayerID) }

    /// Resources by what they stand to, so that each is found once.
    var index: RelationIndex { RelationIndex(resources.values) }
}

/// The resources of a graph by what they stand to, in order.
struct RelationIndex {
    /// What must be deleted before the other one, and the reason for which that is refused.
    typealias Hanging = (resource: any Deletable, reason: Reason)

    private var hanging: [ResourceKey: [Hanging]] = [:]
    private var members: [ResourceKey: [any Deletable]] = [:]
    private var attached: [ResourceKey: [any Deletable]] = [:]

    init(_ resources: some Sequence<any Deletable>) {
        for resource in resources {
            for relation in resource.relations {
                switch relation.role {
                case .hangsOn(let reason): hanging[relation.other, default: []].append((resource, reason))
                case .goesWith: members[relation.other, default: []].append(resource)
                case .isAttachedTo: attached[relation.other, default: []].append(resource)
                }
            }
        }
        for key in hanging.keys { hanging[key]?.sort { $0.resource.age < $1.resource.age } }
        for key in members.keys { members[key]?.sort { $0.place(at: key) < $1.place(at: key) } }
        for key in attached.keys { attached[key]?.sort { $0.place(at: key) < $1.place(at: key) } }
    }

    /// Oldest first.
    func hanging(on key: ResourceKey) -> [Hanging] { hanging[key] ?? [] }

    /// In the order of their slots.
    func members(of key: ResourceKey) -> [any Deletable] { members[key] ?? [] }

    /// In the order of their slots.
    func attached(to key: ResourceKey) -> [any Deletable] { attached[key] ?? [] }
}

extension Deletable {
    fileprivate var age: (Timestamp, String, String) { (header.createTime, header.name, id.rawValue) }

    fileprivate func place(at other: ResourceKey) -> (Int, String) {
        (relations.first { $0.other == other }?.slot ?? 0, id.rawValue)
    }
}

extension Deletable {
    /// What it goes with, and why it cannot go alone; nil: nothing.
    public var owner: (key: ResourceKey, reason: Reason)? {
        for relation in relations {
            if case .goesWith(let reason) = relation.role { return (relation.other, reason) }
        }
        return nil
    }
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
