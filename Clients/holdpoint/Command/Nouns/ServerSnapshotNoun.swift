import ArgumentParser
import HoldpointClient

/// `holdpoint server-snapshot`
struct ServerSnapshotNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server-snapshot", abstract: "Servers with all their volumes at one instant.",
        subcommands: [
            ServerSnapshotCreate.self, List<ServerSnapshot>.self, Show<ServerSnapshot>.self,
            Update<ServerSnapshot>.self,
            Delete<ServerSnapshot>.self,
        ], aliases: ["ssnap"])

    @OptionGroup var globals: GlobalOptions
}

/// The options of `server-snapshot list`.
struct ServerSnapshotFilters: ListFilters {
    @Option(help: ArgumentHelp("Only those of this server.", valueName: "server"), completion: .names(.server))
    var server: String?

    func apply(to request: inout ListServerSnapshotsRequest) {
        request.server = server ?? ""
    }
}

extension ServerSnapshot: Changeable {
    mutating func forgetParts() { memberIDs = [] }

    typealias Filters = ServerSnapshotFilters
    typealias DeleteExtras = NoDeleteOptions

    /// The newest first.
    static let defaultOrder = "create_time desc"

    static func get(
        _ reference: String, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> ServerSnapshot {
        try await client.serverSnapshots.getServerSnapshot(
            GetServerSnapshotRequest(serverSnapshot: reference), options: options)
    }

    static func page(
        _ request: ListServerSnapshotsRequest, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> ListServerSnapshotsResponse {
        try await client.serverSnapshots.listServerSnapshots(request, options: options)
    }

    static func update(
        _ reference: String, to resource: ServerSnapshot, mask: FieldMask, etag: String
    ) -> UpdateServerSnapshotRequest {
        UpdateServerSnapshotRequest(serverSnapshotID: reference, serverSnapshot: resource, updateMask: mask, etag: etag)
    }

    static func send(
        _ request: UpdateServerSnapshotRequest, to client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> ServerSnapshotAnswer {
        try await client.serverSnapshots.updateServerSnapshot(request, options: options)
    }

    static func delete(
        _ reference: String, consent: Consent?, allowMissing: Bool, extras: NoDeleteOptions
    ) -> DeleteServerSnapshotRequest {
        DeleteServerSnapshotRequest(serverSnapshot: reference, consent: consent, allowMissing: allowMissing)
    }

    static func send(
        _ request: DeleteServerSnapshotRequest, to client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> DeleteAnswer {
        try await client.serverSnapshots.deleteServerSnapshot(request, options: options)
    }
}
