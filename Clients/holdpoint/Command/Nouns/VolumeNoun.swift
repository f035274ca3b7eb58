import ArgumentParser
import HoldpointClient

/// `holdpoint volume`
struct VolumeNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "volume", abstract: "Block devices.",
        subcommands: [
            VolumeCreate.self, List<Volume>.self, Show<Volume>.self, Update<Volume>.self, VolumeResize.self,
            Delete<Volume>.self, VolumeAttach.self, VolumeDetach.self, VolumeRevert.self,
        ], aliases: ["vol"])

    @OptionGroup var globals: GlobalOptions
}

/// The options of `volume list`.
struct VolumeFilters: ListFilters {
    @Option(help: ArgumentHelp("Only those attached to this server.", valueName: "server"), completion: .names(.server))
    var server: String?

    func apply(to request: inout ListVolumesRequest) {
        request.server = server ?? ""
    }
}

extension Volume: Changeable {
    typealias Filters = VolumeFilters
    typealias DeleteExtras = NoDeleteOptions

    static func get(
        _ reference: String, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> Volume {
        try await client.volumes.getVolume(GetVolumeRequest(volume: reference), options: options)
    }

    static func page(
        _ request: ListVolumesRequest, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> ListVolumesResponse {
        try await client.volumes.listVolumes(request, options: options)
    }

    static func update(
        _ reference: String, to resource: Volume, mask: FieldMask, etag: String
    ) -> UpdateVolumeRequest {
        UpdateVolumeRequest(volumeID: reference, volume: resource, updateMask: mask, etag: etag)
    }

    static func send(
        _ request: UpdateVolumeRequest, to client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> VolumeAnswer {
        try await client.volumes.updateVolume(request, options: options)
    }

    static func delete(
        _ reference: String, consent: Consent?, allowMissing: Bool, extras: NoDeleteOptions
    ) -> DeleteVolumeRequest {
        DeleteVolumeRequest(volume: reference, consent: consent, allowMissing: allowMissing)
    }

    static func send(
        _ request: DeleteVolumeRequest, to client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> DeleteAnswer {
        try await client.volumes.deleteVolume(request, options: options)
    }
}
