/// Walks from a resource to everything that must go before it, each once.
struct DeletionWalk {
    typealias Obstacle = (blocker: Refusal.Blocker, remedy: Refusal.Remedy)

    let graph: DeletionGraph
    let index: SnapshotIndex
    let scope: DeletionScope
    private(set) var steps: [DeletionPlan.Step] = []
    private(set) var obstacles: [Obstacle] = []
    private(set) var operationInTheWay: OperationID?
    private var visited: Set<String> = []
    private var reported: Set<Refusal.Blocker> = []

    init(graph: DeletionGraph, index: SnapshotIndex, scope: DeletionScope) {
        self.graph = graph
        self.index = index
        self.scope = scope
    }

    /// - Parameter dependent: the resource whose deletion needs this one gone.
    mutating func visit(_ target: DeletionTarget, because reason: Reason?, for dependent: String?) {
        guard visited.insert(target.id).inserted else { return }
        let cause = Cause(reason: reason, requiredBy: dependent)
        switch target {
        case .volume(let id): if let volume = graph.volumes[id] { visit(volume, cause) }
        case .snapshot(let id): if let snapshot = graph.snapshots[id] { visit(snapshot, cause) }
        case .serverSnapshot(let id): if let owner = graph.serverSnapshots[id] { visit(owner, cause) }
        case .server(let id): if let server = graph.servers[id] { visit(server, cause) }
        }
    }

    /// Why a step is in the plan.
    private struct Cause {
        var reason: Reason?
        var requiredBy: String?
    }

    private mutating func visit(_ volume: Volume, _ cause: Cause) {
        visitSnapshots(of: volume)
        if let placement = volume.placement {
            noteClients(of: volume)
            if let server = graph.servers[placement.serverID] { note(server, onlyBusy: true) }
            append(
                .detach, volume, Cause(reason: .volumeAttached, requiredBy: volume.id.rawValue),
                loses: "nothing; \(serverName(placement.serverID)) loses access to it")
        }
        delete(volume, cause, loses: "the volume's \(volume.size) of data as it is now")
    }

    private mutating func visitSnapshots(of volume: Volume) {
        let snapshots = index.snapshots(of: volume.id)
        // Whole server snapshots first: their members go with them.
        for owner in snapshots.compactMap(\.serverSnapshotID) {
            visit(.serverSnapshot(owner), because: .snapshotOwned, for: volume.id.rawValue)
        }
        for snapshot in snapshots where snapshot.serverSnapshotID == nil {
            visit(.snapshot(snapshot.id), because: .volumeHasSnapshots, for: volume.id.rawValue)
        }
    }

    private mutating func visit(_ snapshot: VolumeSnapshot, _ cause: Cause) {
        if let owner = snapshot.serverSnapshotID {
            visit(.serverSnapshot(owner), because: .snapshotOwned, for: snapshot.id.rawValue)
            return
        }
        delete(snapshot, cause, loses: "the data of \(snapshot.volumeName) as it was at this snapshot")
    }

    private mutating func visit(_ serverSnapshot: ServerSnapshot, _ cause: Cause) {
        let members = index.members(of: serverSnapshot.id)
        for member in members {
            visited.insert(member.id.rawValue)
            note(member)
        }
        delete(
            serverSnapshot, cause,
            loses: members.isEmpty
                ? "the configuration of \(serverSnapshot.serverName) as it was at this snapshot"
                : "the data of \(Self.names(of: members)) as it was at this snapshot, "
                    + "and the configuration of \(serverSnapshot.serverName)",
            releases: members.map(\.id.rawValue))
    }

    private mutating func visit(_ server: Server, _ cause: Cause) {
        let volumes = graph.volumes(of: server.id)
        for volume in volumes {
            noteClients(of: volume, remedy: .cutOff(server))
            note(volume, onlyBusy: true)
        }
        if scope.deletesVolumes { for volume in volumes { visitSnapshots(of: volume) } }
        // An external server has no power switch: what counts is who is connected.
        if server.serverKind == .vm, server.state == .running {
            append(
                .stop, server, Cause(reason: .serverRunning, requiredBy: server.id.rawValue),
                loses: "what the virtual machine holds in memory")
        }
        delete(
            server, cause,
            loses: scope.deletesVolumes
                ? "the server's configuration" : "the server's configuration; its volumes are detached and kept")
        guard scope.deletesVolumes else { return }
        for volume in volumes where visited.insert(volume.id.rawValue).inserted {
            delete(
                volume, Cause(reason: nil, requiredBy: server.id.rawValue),
                loses: "the volume's \(volume.size) of data as it is now")
        }
    }

    private mutating func delete<Target: Resource>(
        _ resource: Target, _ cause: Cause, loses: String, releases: [String]? = nil
    ) {
        note(resource)
        append(.delete, resource, cause, loses: loses, releases: releases ?? [resource.id.rawValue])
    }

    private mutating func append<Target: Resource>(
        _ action: DeletionPlan.Action, _ resource: Target, _ cause: Cause, loses: String, releases: [String] = []
    ) {
        steps.append(
            .init(
                action: action, kind: Target.kind, id: resource.id.rawValue, name: resource.header.name,
                reason: cause.reason, requiredBy: cause.requiredBy, revision: resource.header.revision,
                losesForEver: loses, freesBytes: .zero, releases: releases))
    }

    /// Notes what no plan clears: protection, a running operation, what an administrator must resolve.
    private mutating func note<Target: Resource>(_ resource: Target, onlyBusy: Bool = false) {
        if let obstacle = resource.obstacle {
            report(resource, obstacle.reason, obstacle.remedy)
            if obstacle.reason == .resourceBusy { operationInTheWay = operationInTheWay ?? resource.header.operationID }
        }
        if resource.header.deletionProtection, !onlyBusy {
            report(resource, .deletionProtected, .unprotect(Target.kind, resource.id.rawValue))
        }
    }

    private mutating func report<Target: Resource>(_ resource: Target, _ reason: Reason, _ remedy: Refusal.Remedy) {
        let blocker = Refusal.Blocker(
            kind: Target.kind.rawValue, id: resource.id.rawValue, name: resource.header.name, reason: reason)
        guard reported.insert(blocker).inserted else { return }
        obstacles.append((blocker, remedy))
    }

    /// - Parameter remedy: nil: it is about the volume alone.
    private mutating func noteClients(of volume: Volume, remedy: Refusal.Remedy? = nil) {
        guard !scope.cutsOffClients else { return }
        guard let clients = graph.clients[volume.id] else { return }
        for blocker in clients.blockers(of: volume) where reported.insert(blocker).inserted {
            // Whether it is in use is for the detachment to find out, which destroys nothing.
            obstacles.append((blocker, remedy ?? (clients.areOfThisVolume ? .disconnect(volume) : .detach(volume))))
        }
    }

    /// More volumes than these a step's sentence does not name: a plan must fit into a frame.
    private static let largestNamedCount = 4

    private static func names(of members: [VolumeSnapshot]) -> String {
        let isLong = members.count > largestNamedCount
        let named = members.prefix(isLong ? largestNamedCount - 1 : largestNamedCount).map(\.volumeName)
        return named.joined(separator: ", ") + (isLong ? " and \(members.count - named.count) more" : "")
    }

    private func serverName(_ id: ServerID) -> String { graph.servers[id]?.header.name ?? id.rawValue }
}
