public import Model
internal import Store

/// How a whole server is given back what it held in a server snapshot.
public struct ServerRevertScope: Sendable {
    /// A server that runs is stopped before and served again afterwards; one that is stopped stays so.
    public var restart: Bool
    /// Clients that are connected are cut off.
    public var force: Bool
    /// References of the snapshot's volumes that are to stay as they are.
    public var leaveOut: [String]

    public init(restart: Bool = false, force: Bool = false, leaveOut: [String] = []) {
        self.restart = restart
        self.force = force
        self.leaveOut = leaveOut
    }
}

extension ResourceManager {
    /// Gives a server's volumes the bytes that they had in one of its server snapshots, all or none. What they hold now
    /// is kept in a safety server snapshot, the operation's second target.
    ///
    /// Volumes that were attached since, and those that are left out, are in the safety snapshot too and stay as they
    /// are.
    public func revertServer(
        _ reference: String, to serverSnapshot: String, etag: String, _ scope: ServerRevertScope, _ mutation: Mutation
    ) async throws -> MutationAnswer<Server> {
        let shortage = try await shortage()
        let clients = try await scope.force ? [] : clientsOfServer(reference, mutation.call)
        var answer = try await mutate(mutation) { transaction, context in
            if let shortage { throw shortage }
            let server: Server = try transaction.resolve(reference, in: context.projectID, field: "server")
            try server.requireEtag(etag)
            try server.requireIdle()
            try server.requireState(.running, .stopped, .error)
            let snapshot = try transaction.serverSnapshot(serverSnapshot, of: server, in: context.projectID)
            let parts = try transaction.revertParts(of: server, to: snapshot, leavingOut: scope.leaveOut)
            if server.isServing {
                guard scope.restart else { throw Refusal.runs(server, snapshot, parts, clients) }
                if let refusal = Refusal.hasClients(server, snapshot, parts, clients) { throw refusal }
            }
            return try transaction.beginRevert(of: server, parts, scope, &context)
        }
        answer.resource = answer.resource.map(shown)
        return answer
    }
}

/// What becomes of a server's volumes.
private struct RevertParts {
    /// Those that are reverted, and to what.
    var reverted: [(volume: Volume, snapshot: VolumeSnapshot)] = []
    /// Those that stay as they are.
    var kept: [Volume] = []
    /// Members that the caller wants to stay so, attached or not.
    var leftOut: [VolumeID] = []
}

extension ReadTransaction {
    /// A server snapshot by its id or name; it must be of the server.
    fileprivate func serverSnapshot(
        _ reference: String, of server: Server, in project: ProjectID
    ) throws -> ServerSnapshot {
        let snapshot: ServerSnapshot = try resolve(reference, in: project, field: "server_snapshot")
        try snapshot.requireUsable()
        guard snapshot.serverID == server.id else {
            throw Refusal.invalid(
                field: "server_snapshot",
                "server snapshot \(snapshot.header.name) is of server \(snapshot.serverName); "
                    + "a server is reverted to one of its own: make a new server from this one")
        }
        return snapshot
    }

    fileprivate func revertParts(
        of server: Server, to snapshot: ServerSnapshot, leavingOut references: [String]
    ) throws -> RevertParts {
        let members = try members(of: snapshot.id)
        var parts = RevertParts()
        parts.leftOut = try leftOut(references, of: members, snapshot)
        let wanted = members.filter { !parts.leftOut.contains($0.volumeID) }
        let volumes = try volumes(of: server.id)
        for volume in volumes {
            try volume.requireIdle()
            try volume.requireState(.inUse)
            if let member = wanted.first(where: { $0.volumeID == volume.id }) {
                parts.reverted.append((volume, member))
            } else {
                parts.kept.append(volume)
            }
        }
        let missing = wanted.filter { member in !volumes.contains { $0.id == member.volumeID } }
        guard missing.isEmpty else { throw Refusal.notThere(missing, server, snapshot, parts) }
        guard !parts.reverted.isEmpty else {
            throw Refusal.invalid(
                field: "leave_out",
                "of server snapshot \(snapshot.header.name) nothing would be reverted: it has "
                    + (members.isEmpty ? "no volumes" : members.map(\.volumeName).joined(separator: ", ")))
        }
        return parts
    }

    /// The volumes that references mean: by the id, by the name that they had, or by the one that they have now.
    private func leftOut(
        _ references: [String], of members: [VolumeSnapshot], _ snapshot: ServerSnapshot
    ) throws -> [VolumeID] {
        guard references.count <= Server.slotCount else {
            throw Refusal.invalid(field: "leave_out", "a server has at most \(Server.slotCount) volumes")
        }
        let names = try members.map { member in
            [member.volumeID.rawValue, member.volumeName, try (get(member.volumeID) as Volume?)?.header.name]
        }
        let meant = try references.map { reference in
            let meant = zip(members, names).filter { $1.contains(reference) }.map(\.0)
            guard !meant.isEmpty else {
                throw Refusal.invalid(
                    field: "leave_out",
                    "server snapshot \(snapshot.header.name) has no volume \"\(reference)\"; it has "
                        + members.map(\.volumeName).joined(separator: ", "))
            }
            return meant.map(\.volumeID)
        }
        return members.map(\.volumeID).filter(Set(meant.joined()).contains)
    }
}

extension WriteTransaction {
    fileprivate func beginRevert(
        of server: Server, _ parts: RevertParts, _ scope: ServerRevertScope,
        _ context: inout ChangeContext
    ) throws -> Change<Server> {
        let name = try freeName(
            like: MadeName.safetySnapshot(at: context.now), in: context.projectID, ServerSnapshot.self)
        let header = ResourceHeader(
            projectID: context.projectID, attributes: ResourceAttributes(name: name), at: context.now)
        // Until the volumes are cut nobody knows how their writers end.
        let safety = ServerSnapshot(
            id: context.newID(), header: header, state: .creating, serverID: server.id, serverName: server.header.name,
            serverKind: server.serverKind, consistency: .crash)
        let volumes = parts.reverted.map(\.volume) + parts.kept
        let members = try volumes.map { volume in
            try makeSnapshot(
                ResourceAttributes(name: ResourceName.member(of: name)), of: volume, on: server, owner: safety.id,
                &context)
        }
        let replacements = try parts.reverted.map { try makeReplacement(of: $0.volume, by: $0.snapshot, &context) }
        let saga = RevertServerSaga(
            serverID: server.id, volumeIDs: volumes.map(\.id), replacements: replacements,
            safety: TakeSnapshotSaga(
                parts: members.map(\.saga), serverID: nil, serverSnapshotID: safety.id,
                limitMilliseconds: CutLimit.default.milliseconds),
            restarts: server.isServing, force: scope.force)
        var reverting = server
        if server.isServing { reverting.enter(.rebooting, at: context.now) }
        let change = try begin(
            saga, on: reverting, alsoAbout: [safety.id.rawValue],
            warnings: [.safetySnapshot(safety, context), .kept(parts.kept)].compactMap { $0 }, &context)
        try insert(safety, heldBy: change.operation, &context)
        for member in members { try insert(member.snapshot, heldBy: change.operation, &context) }
        for (volume, _) in parts.reverted {
            var volume = volume
            volume.enter(.reverting, at: context.now)
            try hold(volume, change.operation, &context)
        }
        for volume in parts.kept { try hold(volume, change.operation, &context) }
        return change
    }
}

extension Warning {
    fileprivate static func safetySnapshot(_ snapshot: ServerSnapshot, _ context: ChangeContext) -> Warning {
        safetySnapshot(
            "what the server's volumes hold now is kept in server snapshot", snapshot.header.name,
            snapshot.id.rawValue, context)
    }

    /// - Returns: nil if all volumes are reverted.
    fileprivate static func kept(_ volumes: [Volume]) -> Warning? {
        guard !volumes.isEmpty else { return nil }
        return Warning(
            reason: "VOLUMES_KEPT",
            message: "left as they are: \(volumes.map(\.header.name).joined(separator: ", "))")
    }
}

extension Refusal {
    /// The server runs.
    fileprivate static func runs(
        _ server: Server, _ snapshot: ServerSnapshot, _ parts: RevertParts, _ clients: [String]
    ) -> Refusal {
        var refusal = Refusal(
            .serverRunning, "server \(server.header.name) runs; its volumes are reverted while nobody has them open")
        refusal.blockers =
            (hasClients(server, clients)?.blockers ?? []) + [
                Blocker(kind: "server", id: server.id.rawValue, name: server.header.name, reason: .serverRunning)
            ]
        refusal.remedies = [
            .revert(
                .init(
                    of: server.id, to: snapshot.id, "stop it, revert it and start it again", restart: true,
                    leavingOut: parts.leftOut)),
            .stop(server),
        ]
        return refusal
    }

    /// Clients are connected to what would be stopped.
    ///
    /// - Returns: nil if there are none.
    fileprivate static func hasClients(
        _ server: Server, _ snapshot: ServerSnapshot, _ parts: RevertParts, _ clients: [String]
    ) -> Refusal? {
        guard var refusal = hasClients(server, clients) else { return nil }
        refusal.remedies = [
            .revert(
                .init(
                    of: server.id, to: snapshot.id,
                    "disconnect the NBD clients of \(server.header.name), or cut them off", restart: true,
                    force: true, leavingOut: parts.leftOut))
        ]
        return refusal
    }

    /// Volumes of the snapshot are gone, or attached elsewhere.
    fileprivate static func notThere(
        _ missing: [VolumeSnapshot], _ server: Server, _ snapshot: ServerSnapshot, _ parts: RevertParts
    ) -> Refusal {
        var refusal = Refusal(
            .volumeNotAttached,
            "\(missing.map(\.volumeName).joined(separator: ", ")) of server snapshot \(snapshot.header.name) "
                + "\(missing.count == 1 ? "is" : "are") not attached to server \(server.header.name): "
                + "attach them again, or leave them out")
        refusal.blockers = missing.map {
            Blocker(kind: "volume", id: $0.volumeID.rawValue, name: $0.volumeName, reason: .volumeNotAttached)
        }
        refusal.remedies = [
            .revert(
                .init(
                    of: server.id, to: snapshot.id, "revert the others", restart: server.isServing,
                    leavingOut: parts.leftOut + missing.map(\.volumeID)))
        ]
        return refusal
    }
}
