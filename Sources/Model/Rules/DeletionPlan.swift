/// Every step that deleting a resource takes, in order.
public struct DeletionPlan: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable, Codable {
        case delete = "DELETE"
        case detach = "DETACH"
        case stop = "STOP"
        case suspend = "SUSPEND"
    }

    public struct Step: Hashable, Sendable {
        public let action: Action
        public let kind: ResourceKind
        public let id: String
        public let name: String
        /// The rule that makes the step necessary; nil for the resource itself.
        public let reason: Reason?
        public let revision: Int64
        /// For people: what nobody gets back.
        public let losesForEver: String
        public let freesBytes: ByteCount
        /// Volumes and snapshots that go with this step: what holds the data that comes free.
        public let releases: [String]
    }

    public let target: DeletionTarget
    public var steps: [Step]
    /// Snapshots of the target volume that go with their server snapshots: nobody deletes them one by one.
    public var ownedSnapshots: [Refusal.Blocker]
    /// What the plan cannot clear by itself: protection, running operations, connected clients.
    public var blockers: [Refusal.Blocker]
    public var remedies: [Refusal.Remedy]
    public var freesBytes: ByteCount
    public var reclaimableBytes: ByteCount

    /// Ids, revisions and edges in one text: the same text means the same plan. Byte counts are left out: they move.
    public var fingerprint: String {
        let steps = steps.map { "\($0.action.rawValue) \($0.id) \($0.revision) \($0.reason?.rawValue ?? "")" }
        let blockers = blockers.map { "! \($0.id) \($0.reason.rawValue)" }
        return (steps + blockers).joined(separator: "\n")
    }
}

extension DeletionPlan {
    /// Makes the plan for a resource of the graph. Pure.
    public init(deleting target: DeletionTarget, in graph: DeletionGraph) {
        var walk = DeletionWalk(graph: graph)
        walk.visit(target, because: nil)
        self.target = target
        steps = walk.steps
        ownedSnapshots = graph.ownedSnapshots(of: target)
        blockers = walk.obstacles.map(\.blocker)
        remedies = walk.obstacles.map(\.remedy)
        freesBytes = walk.steps.map(\.freesBytes).reduce(.zero, +)
        // Dead layers that others rest on are not merged yet: nothing more comes back later.
        reclaimableBytes = freesBytes
    }
}

/// Walks from a resource to everything that must go before it, each once.
private struct DeletionWalk {
    typealias Obstacle = (blocker: Refusal.Blocker, remedy: Refusal.Remedy)

    let graph: DeletionGraph
    private(set) var steps: [DeletionPlan.Step] = []
    private(set) var obstacles: [Obstacle] = []
    private var visited: Set<String> = []
    private var reported: Set<Refusal.Blocker> = []

    init(graph: DeletionGraph) {
        self.graph = graph
    }

    mutating func visit(_ target: DeletionTarget, because reason: Reason?) {
        guard visited.insert(target.id).inserted else { return }
        switch target {
        case .volume(let id): if let volume = graph.volumes[id] { visit(volume, because: reason) }
        case .snapshot(let id): if let snapshot = graph.snapshots[id] { visit(snapshot, because: reason) }
        case .serverSnapshot(let id): if let owner = graph.serverSnapshots[id] { visit(owner, because: reason) }
        case .server(let id): if let server = graph.servers[id] { visit(server, because: reason) }
        }
    }

    private mutating func visit(_ volume: Volume, because reason: Reason?) {
        let snapshots = graph.snapshots(of: volume.id)
        // Whole server snapshots first: their members go with them.
        for owner in snapshots.compactMap(\.serverSnapshotID) {
            visit(.serverSnapshot(owner), because: .snapshotOwned)
        }
        for snapshot in snapshots where snapshot.serverSnapshotID == nil {
            visit(.snapshot(snapshot.id), because: .volumeHasSnapshots)
        }
        if let placement = volume.placement {
            noteClients(of: volume)
            steps.append(
                .init(
                    action: .detach, kind: .volume, id: volume.id.rawValue, name: volume.header.name,
                    reason: .volumeAttached, revision: volume.header.revision,
                    losesForEver: "nothing; \(serverName(placement.serverID)) loses access to it",
                    freesBytes: .zero, releases: []))
        }
        delete(volume, reason, loses: "the volume's \(volume.size) of data as it is now")
    }

    private mutating func visit(_ snapshot: VolumeSnapshot, because reason: Reason?) {
        if let owner = snapshot.serverSnapshotID {
            visit(.serverSnapshot(owner), because: .snapshotOwned)
            return
        }
        delete(snapshot, reason, loses: "the data of \(snapshot.volumeName) as it was at this snapshot")
    }

    private mutating func visit(_ serverSnapshot: ServerSnapshot, because reason: Reason?) {
        let members = graph.members(of: serverSnapshot.id)
        for member in members {
            visited.insert(member.id.rawValue)
            note(member)
        }
        let names = members.map(\.volumeName).joined(separator: ", ")
        delete(
            serverSnapshot, reason,
            loses: members.isEmpty
                ? "the configuration of \(serverSnapshot.serverName) as it was at this snapshot"
                : "the data of \(names) as it was at this snapshot, "
                    + "and the configuration of \(serverSnapshot.serverName)",
            releases: members.map(\.id.rawValue))
    }

    private mutating func visit(_ server: Server, because reason: Reason?) {
        for volume in graph.volumes(of: server.id) {
            noteClients(of: volume)
            note(volume, onlyBusy: true)
        }
        delete(server, reason, loses: "the server's configuration; its volumes are detached and kept")
    }

    private mutating func delete<Target: Resource>(
        _ resource: Target, _ reason: Reason?, loses: String, releases: [String]? = nil
    ) {
        note(resource)
        steps.append(
            .init(
                action: .delete, kind: Target.kind, id: resource.id.rawValue, name: resource.header.name,
                reason: reason, revision: resource.header.revision, losesForEver: loses,
                freesBytes: graph.freedBytes[resource.id.rawValue] ?? .zero,
                releases: releases ?? [resource.id.rawValue]))
    }

    /// Notes what no plan clears: protection, a running operation, a deletion that an administrator must resolve.
    private mutating func note<Target: Resource>(_ resource: Target, onlyBusy: Bool = false) {
        if let operation = resource.header.operationID {
            report(
                Target.kind, resource, .resourceBusy,
                .waitFor(operation, reason: "wait for the operation that is changing \(resource.header.name)"))
        } else if resource.state.rawValue == "ERROR_DELETING" {
            report(Target.kind, resource, .adminRequired, .resolve(Target.kind, resource.id.rawValue))
        }
        if resource.header.deletionProtection, !onlyBusy {
            report(Target.kind, resource, .deletionProtected, .unprotect(Target.kind, resource.id.rawValue))
        }
    }

    private mutating func report<Target: Resource>(
        _ kind: ResourceKind, _ resource: Target, _ reason: Reason, _ remedy: Refusal.Remedy
    ) {
        let blocker = Refusal.Blocker(
            kind: kind.rawValue, id: resource.id.rawValue, name: resource.header.name, reason: reason)
        guard reported.insert(blocker).inserted else { return }
        obstacles.append((blocker, remedy))
    }

    private mutating func noteClients(of volume: Volume) {
        for client in graph.clients[volume.id] ?? [] {
            let blocker = Refusal.Blocker(
                kind: "client", id: client, name: volume.header.name, reason: .volumeHasClients)
            guard reported.insert(blocker).inserted else { continue }
            obstacles.append((blocker, .disconnect(volume)))
        }
    }

    private func serverName(_ id: ServerID) -> String { graph.servers[id]?.header.name ?? id.rawValue }
}
