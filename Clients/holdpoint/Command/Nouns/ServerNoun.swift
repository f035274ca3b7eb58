import ArgumentParser
import HoldpointClient

/// `holdpoint server`
struct ServerNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server", abstract: "What volumes are attached to.",
        subcommands: [
            ServerCreate.self, List<Server>.self, Show<Server>.self, Update<Server>.self, Delete<Server>.self,
            ServerStart.self, ServerStop.self, ServerRevert.self, ServerNBD.self,
        ])

    @OptionGroup var globals: GlobalOptions
}

/// The options of `server delete`.
struct ServerDeleteOptions: DeleteOptions {
    @OptionGroup var options: PlanOptions

    var plan: PlanScope { options.scope }

    var losses: [String] {
        plan.force ? ["connected NBD clients are cut off: what they have not flushed is lost"] : []
    }
}

extension Server: Changeable {
    mutating func forgetParts() {
        for index in attachments.indices { attachments[index].volumeID = "" }
        nbd = []
    }

    typealias Filters = NoFilters<ListServersRequest>
    typealias DeleteExtras = ServerDeleteOptions

    static func get(
        _ reference: String, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> Server {
        try await client.servers.getServer(GetServerRequest(server: reference), options: options)
    }

    static func page(
        _ request: ListServersRequest, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> ListServersResponse {
        try await client.servers.listServers(request, options: options)
    }

    static func update(
        _ reference: String, to resource: Server, mask: FieldMask, etag: String
    ) -> UpdateServerRequest {
        UpdateServerRequest(serverID: reference, server: resource, updateMask: mask, etag: etag)
    }

    static func send(
        _ request: UpdateServerRequest, to client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> ServerAnswer {
        try await client.servers.updateServer(request, options: options)
    }

    static func delete(
        _ reference: String, consent: Consent?, allowMissing: Bool, extras: ServerDeleteOptions
    ) -> DeleteServerRequest {
        DeleteServerRequest(
            server: reference, consent: consent, force: extras.plan.force, allowMissing: allowMissing,
            deleteVolumes: extras.plan.deleteVolumes)
    }

    static func send(
        _ request: DeleteServerRequest, to client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> DeleteAnswer {
        try await client.servers.deleteServer(request, options: options)
    }
}
