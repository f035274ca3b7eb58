public import HoldpointMessages
public import HoldpointRPC
public import Manager
internal import Model

/// Servers.
public struct ServerService: ServerServiceHandler {
    private let manager: ResourceManager

    public init(manager: ResourceManager) {
        self.manager = manager
    }

    public func createServer(_ request: CreateServerRequest, context: CallContext) async throws -> ServerAnswer {
        let server = request.server ?? HoldpointMessages.Server()
        return ServerAnswer(
            try await manager.createServer(
                server.attributes, kind: server.kind.wanted, from: request.serverSnapshot,
                ifAbsent: request.ifAbsent,
                try context.mutation(request)))
    }

    public func getServer(
        _ request: GetServerRequest, context: CallContext
    ) async throws -> HoldpointMessages.Server {
        HoldpointMessages.Server(try await manager.getServer(request.server, context.call))
    }

    public func listServers(
        _ request: ListServersRequest, context: CallContext
    ) async throws -> ListServersResponse {
        let page = try await manager.listServers(request.query, context.call)
        return ListServersResponse(
            servers: page.elements.map { HoldpointMessages.Server($0) }, nextPageToken: page.nextPageToken,
            revision: UInt64(clamping: page.revision))
    }

    public func updateServer(_ request: UpdateServerRequest, context: CallContext) async throws -> ServerAnswer {
        ServerAnswer(
            try await manager.updateServer(
                request.serverID, try AttributeUpdate(request.updateMask, request.server), etag: request.etag,
                try context.mutation(request)))
    }

    public func deleteServer(_ request: DeleteServerRequest, context: CallContext) async throws -> DeleteAnswer {
        try await DeleteAnswer.of(allowMissing: request.allowMissing) {
            try await manager.deleteServer(
                request.server, etag: request.etag,
                DeletionScope(deletesVolumes: request.deleteVolumes, cutsOffClients: request.force),
                try context.mutation(request))
        }
    }

    public func startServer(_ request: StartServerRequest, context: CallContext) async throws -> ServerAnswer {
        ServerAnswer(
            try await manager.startServer(
                request.server, try context.mutation(request)))
    }

    public func stopServer(_ request: StopServerRequest, context: CallContext) async throws -> ServerAnswer {
        ServerAnswer(
            try await manager.stopServer(
                request.server, force: request.force,
                try context.mutation(request)))
    }

    public func revertServer(_ request: RevertServerRequest, context: CallContext) async throws -> ServerAnswer {
        ServerAnswer(
            try await manager.revertServer(
                request.server, to: request.serverSnapshot, etag: request.etag,
                ServerRevertScope(restart: request.restart, force: request.force, leaveOut: request.leaveOut),
                try context.mutation(request)))
    }
}

extension ServerAnswer {
    fileprivate init(_ answer: MutationAnswer<Model.Server>) {
        self.init(
            server: answer.resource.map { HoldpointMessages.Server($0) },
            operation: answer.operation.map { HoldpointMessages.Operation($0) },
            warnings: answer.warnings.map { HoldpointMessages.Warning($0) })
    }
}
