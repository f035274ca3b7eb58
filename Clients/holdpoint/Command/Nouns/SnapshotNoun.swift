import ArgumentParser
import HoldpointClient

/// `holdpoint snapshot`
struct SnapshotNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Volumes at one instant.",
        subcommands: [
            SnapshotCreate.self, List<VolumeSnapshot>.self, Show<VolumeSnapshot>.self, Update<VolumeSnapshot>.self,
            Delete<VolumeSnapshot>.self,
        ], aliases: ["snap"])

    @OptionGroup var globals: GlobalOptions
}

/// The options of `snapshot list`.
struct SnapshotFilters: ListFilters {
    @Option(help: ArgumentHelp("Only those of this volume.", valueName: "volume"), completion: .names(.volume))
    var volume: String?

    @Option(
        help: ArgumentHelp("Only the members of this server snapshot.", valueName: "server-snapshot"),
        completion: .names(.serverSnapshot))
    var serverSnapshot: String?

    func apply(to request: inout ListSnapshotsRequest) {
        request.volume = volume ?? ""
        request.serverSnapshot = serverSnapshot ?? ""
    }
}

extension VolumeSnapshot: Changeable {
    typealias Filters = SnapshotFilters
    typealias DeleteExtras = NoDeleteOptions

    /// The newest first.
    static let defaultOrder = "create_time desc"

    static func get(
        _ reference: String, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> VolumeSnapshot {
        try await client.snapshots.getSnapshot(GetSnapshotRequest(snapshot: reference), options: options)
    }

    static func page(
        _ request: ListSnapshotsRequest, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> ListSnapshotsResponse {
        try await client.snapshots.listSnapshots(request, options: options)
    }

    static func update(
        _ reference: String, to resource: VolumeSnapshot, mask: FieldMask, etag: String
    ) -> UpdateSnapshotRequest {
        UpdateSnapshotRequest(snapshotID: reference, snapshot: resource, updateMask: mask, etag: etag)
    }

    static func send(
        _ request: UpdateSnapshotRequest, to client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> SnapshotAnswer {
        try await client.snapshots.updateSnapshot(request, options: options)
    }

    static func delete(
        _ reference: String, consent: Consent?, allowMissing: Bool, extras: NoDeleteOptions
    ) -> DeleteSnapshotRequest {
        DeleteSnapshotRequest(snapshot: reference, consent: consent, allowMissing: allowMissing)
    }

    static func send(
        _ request: DeleteSnapshotRequest, to client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> DeleteAnswer {
        try await client.snapshots.deleteSnapshot(request, options: options)
    }
}
