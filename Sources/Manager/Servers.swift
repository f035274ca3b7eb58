public import Model
internal import Store

extension ResourceManager {
    /// Creates a server, empty or from a server snapshot with copies of its members in the same slots.
    ///
    /// - Parameters:
    ///   - kind: nil: the server snapshot's, or a virtual machine.
    ///   - serverSnapshot: empty: an empty server.
    ///   - ifAbsent: one that is equal already is the answer.
    public func createServer(
        _ attributes: ResourceAttributes, kind: Server.Kind?, from serverSnapshot: String, ifAbsent: Bool,
        _ mutation: Mutation
    ) async throws -> MutationAnswer<Server> {
        let attributes = try attributes.checked(field: "server")
        let shortage = try await serverSnapshot.isEmpty ? nil : shortage()
        var answer = try await mutate(mutation) { transaction, context in
            if ifAbsent,
                let existing = try transaction.server(attributes, kind, from: serverSnapshot, in: context.projectID)
            {
                return existing
            }
            if let shortage { throw shortage }
            let source = try transaction.source(serverSnapshot, in: context.projectID)
            let kind = try checkedKind(kind, of: source)
            let header = ResourceHeader(projectID: context.projectID, attributes: attributes, at: context.now)
            let server = Server(
                id: context.newID(), header: header, state: .provisioning, kind: kind, desiredState: .running)
            let members = try source.map { try transaction.members(of: $0.id) } ?? []
            let volumes = try members.enumerated().map { index, member in
                let name = MadeName.copy(of: member.volumeName, for: attributes.name)
                let copy = ResourceAttributes(
                    name: try transaction.freeName(like: name, in: context.projectID, Volume.self))
                let place = Volume.Placement(serverID: server.id, slot: member.slot ?? index)
                return try transaction.makeVolume(copy, member.size, on: member, at: place, &context)
            }
            let copies = volumes.map { CreateServerSaga.Copy(volumeID: $0.id, layerID: $0.topLayerID) }
            var change = try transaction.begin(
                CreateServerSaga(serverID: server.id, volumes: copies), on: server, &context)
            for volume in volumes { try transaction.insert(volume, heldBy: change.operation, &context) }
            try change.target.complete(in: transaction)
            return change
        }
        answer.resource = answer.resource.map(shown)
        return answer
    }

    public func getServer(_ reference: String, _ call: Call) async throws -> Server {
        shown(try await get(reference, field: "server", call))
    }

    public func listServers(_ query: ListQuery, _ call: Call) async throws -> Page<Server> {
        var page = try await list(Server.self, query, call) { ListPlace($1) }
        page.elements = page.elements.map(shown)
        return page
    }

    public func updateServer(
        _ reference: String, _ update: AttributeUpdate, etag: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<Server> {
        var answer: MutationAnswer<Server> = try await self.update(
            reference, field: "server", update, etag: etag, mutation)
        answer.resource = answer.resource.map(shown)
        return answer
    }

    /// Deletes a server; its volumes are detached and kept, or deleted too.
    public func deleteServer(
        _ reference: String, etag: String, _ scope: DeletionScope, _ mutation: Mutation
    ) async throws -> MutationAnswer<Server> {
        let clients = try await scope.cutsOffClients ? [:] : clientsOfVolumes(on: reference, mutation.call)
        return try await mutate(mutation, for: .freeing) { transaction, context in
            let server: Server = try transaction.resolve(reference, in: context.projectID, field: "server")
            try server.requireEtag(etag)
            let outlook = try transaction.requireDeletable(server, scope, clients: clients, context)
            let operation =
                try scope.deletesVolumes
                ? transaction.accept(
                    AcceptablePlan(outlook, scope, method: mutation.method, context.catalog), &context)
                : transaction.begin(outlook.deletion(of: context.kinds, force: scope.cutsOffClients), &context)
            return Change(target: try transaction.get(server.id) ?? server, operation: operation)
        }
    }

    /// Serves a server's volumes again.
    public func startServer(_ reference: String, _ mutation: Mutation) async throws -> MutationAnswer<Server> {
        try await mutate(mutation) { transaction, context in
            var server: Server = try transaction.resolve(reference, in: context.projectID, field: "server")
            try server.requireIdle()
            if server.state == .running { return Change(target: server) }
            try server.requireState(.stopped, .error)
            let volumes = try transaction.volumes(of: server.id)
            let saga = StartServerSaga(
                serverID: server.id, volumeIDs: volumes.map(\.id), shouldRunAlready: server.desiredState == .running)
            server.enter(.starting, at: context.now)
            server.desiredState = .running
            return try transaction.begin(saga, on: server, with: volumes, &context)
        }
    }

    /// Ends serving them; they stay attached.
    ///
    /// - Parameter force: cut off connected clients.
    public func stopServer(
        _ reference: String, force: Bool, _ mutation: Mutation
    ) async throws -> MutationAnswer<Server> {
        let clients = try await force ? [] : clientsOfServer(reference, mutation.call)
        return try await mutate(mutation, for: .freeing) { transaction, context in
            var server: Server = try transaction.resolve(reference, in: context.projectID, field: "server")
            try server.requireIdle()
            if server.state == .stopped { return Change(target: server) }
            try server.requireState(.running, .error)
            let volumes = try transaction.volumes(of: server.id)
            for volume in volumes { try volume.requireIdle() }
            if let refusal = Refusal.hasClients(server, clients) { throw refusal }
            server.enter(.stopping, at: context.now)
            let saga = StopServerSaga(serverID: server.id, volumeIDs: volumes.map(\.id), force: force)
            return try transaction.begin(saga, on: server, with: volumes, &context)
        }
    }

    /// None if there is no such server: a repeated request is answered as before.
    private func clientsOfVolumes(
        on reference: String, _ call: Call
    ) async throws -> [VolumeID: ConnectedClients] {
        do {
            let volumes = try await read(call) { transaction, project in
                try transaction.volumes(of: transaction.serverID(reference, project))
            }
            return try await clients(of: volumes, call)
        } catch is Refusal {
            return [:]
        }
    }

    /// Fills in where its volumes are served.
    func shown(_ server: Server) -> Server {
        var server = server
        server.exports = server.attachments.map {
            Server.Export(volumeID: $0.volumeID, uri: engine.exportURI(of: $0.volumeID, on: server.id))
        }
        return server
    }
}

extension ReadTransaction {
    /// A server that is there already as it is asked for; nil: it is to be made.
    fileprivate func server(
        _ attributes: ResourceAttributes, _ kind: Server.Kind?, from serverSnapshot: String, in project: ProjectID
    ) throws -> Change<Server>? {
        try existing(named: attributes.name, in: project) { server in
            server.differences(
                from: attributes, kind: kind, copies: try copies(of: serverSnapshot, in: project),
                among: try volumes(of: server.id))
        }
    }

    /// The server snapshot that a new server is made from; nil: none.
    fileprivate func source(_ reference: String, in project: ProjectID) throws -> ServerSnapshot? {
        guard !reference.isEmpty else { return nil }
        let serverSnapshot: ServerSnapshot = try resolve(reference, in: project, field: "server_snapshot")
        try serverSnapshot.requireUsable()
        return serverSnapshot
    }
}

/// A copy is of the same kind as what it is made from.
private func checkedKind(_ wanted: Server.Kind?, of source: ServerSnapshot?) throws(Refusal) -> Server.Kind {
    let kind = wanted ?? source?.serverKind ?? .vm
    guard kind == .external else {
        throw .invalid(
            .unsupported, field: "server.kind", "virtual machines come with a later release; use kind external")
    }
    return kind
}
