internal import Engine
public import Model
internal import Store

extension ResourceManager {
    /// Takes a snapshot of a server: every attached volume at one instant.
    ///
    /// - Parameters:
    ///   - required: refused if it would be worse; nil: whatever it is.
    ///   - ifAbsent: one that is equal already is the answer.
    public func createServerSnapshot(
        _ attributes: ResourceAttributes, of server: String, required: Consistency?, within limit: CutLimit,
        ifAbsent: Bool, _ mutation: Mutation
    ) async throws -> MutationAnswer<ServerSnapshot> {
        let attributes = try attributes.checked(field: "server_snapshot", mayLackName: !ifAbsent)
        let shortage = try await shortage()
        return try await mutate(mutation) { transaction, context in
            let server: Server = try transaction.resolve(server, in: context.projectID, field: "server")
            if ifAbsent,
                let existing = try transaction.existing(
                    named: attributes.name, in: context.projectID,
                    differences: { (snapshot: ServerSnapshot) in
                        snapshot.differences(from: attributes, of: server.id, required: required)
                    })
            {
                return existing
            }
            if let shortage { throw shortage }
            try server.requireIdle()
            try server.requireState(.running, .stopped, .error)
            let volumes = try transaction.volumes(of: server.id)
            for volume in volumes {
                try volume.requireIdle()
                try volume.requireState(.inUse)
            }
            let consistency = volumes.map({ $0.consistency(on: server) }).min() ?? .offline
            try consistency.require(required)
            let attributes = try transaction.named(attributes, ServerSnapshot.self, of: server.header.name, context)
            let header = ResourceHeader(projectID: context.projectID, attributes: attributes, at: context.now)
            let serverSnapshot = ServerSnapshot(
                id: context.newID(), header: header, state: .creating, serverID: server.id,
                serverName: server.header.name, serverKind: server.serverKind, consistency: consistency)
            let member = ResourceAttributes(name: ResourceName.member(of: attributes.name))
            let parts = try volumes.map { volume in
                try transaction.makeSnapshot(
                    member, of: volume, on: server, owner: serverSnapshot.id, &context)
            }
            let saga = TakeSnapshotSaga(
                parts: parts.map(\.saga), serverID: server.id, serverSnapshotID: serverSnapshot.id,
                limitMilliseconds: limit.milliseconds)
            var change = try transaction.begin(
                saga, on: serverSnapshot, holding: server.id,
                warnings: volumes.isEmpty || !server.isServing ? [] : [.dataInFlight],
                &context)
            for (part, volume) in zip(parts, volumes) {
                try transaction.insert(part.snapshot, heldBy: change.operation, &context)
                try transaction.hold(volume, change.operation, &context)
            }
            try change.target.complete(in: transaction)
            return change
        }
    }

    public func getServerSnapshot(_ reference: String, _ call: Call) async throws -> ServerSnapshot {
        try await get(reference, field: "server_snapshot", call)
    }

    /// - Parameter server: only those of it; empty: all.
    public func listServerSnapshots(
        _ query: ListQuery, server: String, _ call: Call
    ) async throws -> Page<ServerSnapshot> {
        try await list(ServerSnapshot.self, query, call) { transaction, project in
            // A deleted server's snapshots are still found by its id.
            let scope =
                try server.isEmpty
                ? [] : [ListScope.server(ServerID(server) ?? transaction.serverID(server, project))]
            return ListPlace(project, scope: scope)
        }
    }

    /// Renames or describes it; its members' names follow.
    public func updateServerSnapshot(
        _ reference: String, _ update: AttributeUpdate, etag: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<ServerSnapshot> {
        try await mutate(mutation) { transaction, context in
            let change: Change<ServerSnapshot> = try transaction.apply(
                update, to: reference, field: "server_snapshot", etag: etag, &context)
            guard update.name != nil else { return change }
            for var member in try transaction.members(of: change.target.id) {
                member.header.name = ResourceName.member(of: change.target.header.name)
                try transaction.update(&member, by: context.author, at: context.now)
            }
            return change
        }
    }

    public func deleteServerSnapshot(
        _ reference: String, etag: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<ServerSnapshot> {
        try await mutate(mutation, for: .freeing) { transaction, context in
            let serverSnapshot: ServerSnapshot = try transaction.resolve(
                reference, in: context.projectID, field: "server_snapshot")
            try serverSnapshot.requireEtag(etag)
            return try transaction.deleteAlone(serverSnapshot, &context)
        }
    }
}
