public import HoldpointMessages
public import HoldpointRPC
public import Manager
internal import Model

/// Volumes.
public struct VolumeService: VolumeServiceHandler {
    private let manager: ResourceManager

    public init(manager: ResourceManager) {
        self.manager = manager
    }

    public func createVolume(_ request: CreateVolumeRequest, context: CallContext) async throws -> VolumeAnswer {
        let volume = request.volume ?? HoldpointMessages.Volume()
        return VolumeAnswer(
            try await manager.createVolume(
                volume.attributes, sizeBytes: volume.sizeBytes, from: try request.source,
                attachTo: request.attachServer, ifAbsent: request.ifAbsent,
                try context.mutation(request)))
    }

    public func getVolume(
        _ request: GetVolumeRequest, context: CallContext
    ) async throws -> HoldpointMessages.Volume {
        HoldpointMessages.Volume(try await manager.getVolume(request.volume, context.call))
    }

    public func listVolumes(
        _ request: ListVolumesRequest, context: CallContext
    ) async throws -> ListVolumesResponse {
        let page = try await manager.listVolumes(request.query, server: request.server, context.call)
        return ListVolumesResponse(
            volumes: page.elements.map { HoldpointMessages.Volume($0) }, nextPageToken: page.nextPageToken,
            revision: UInt64(clamping: page.revision))
    }

    public func updateVolume(_ request: UpdateVolumeRequest, context: CallContext) async throws -> VolumeAnswer {
        VolumeAnswer(
            try await manager.updateVolume(
                request.volumeID, try AttributeUpdate(request.updateMask, request.volume), etag: request.etag,
                try context.mutation(request)))
    }

    public func deleteVolume(_ request: DeleteVolumeRequest, context: CallContext) async throws -> DeleteAnswer {
        try await DeleteAnswer.of(allowMissing: request.allowMissing) {
            try await manager.deleteVolume(
                request.volume, etag: request.etag,
                try context.mutation(request))
        }
    }

    public func resizeVolume(_ request: ResizeVolumeRequest, context: CallContext) async throws -> VolumeAnswer {
        VolumeAnswer(
            try await manager.resizeVolume(
                request.volume, sizeBytes: request.sizeBytes, force: request.force,
                try context.mutation(request)))
    }

    public func attachVolume(_ request: AttachVolumeRequest, context: CallContext) async throws -> VolumeAnswer {
        VolumeAnswer(
            try await manager.attachVolume(
                request.volume, to: request.server,
                try context.mutation(request)))
    }

    public func detachVolume(_ request: DetachVolumeRequest, context: CallContext) async throws -> VolumeAnswer {
        VolumeAnswer(
            try await manager.detachVolume(
                request.volume, from: request.server, force: request.force,
                try context.mutation(request)))
    }

    public func revertVolume(_ request: RevertVolumeRequest, context: CallContext) async throws -> VolumeAnswer {
        VolumeAnswer(
            try await manager.revertVolume(
                request.volume, to: request.snapshot, etag: request.etag,
                within: try CutLimit(milliseconds: request.cutTimeoutMilliseconds),
                try context.mutation(request)))
    }
}

extension VolumeAnswer {
    fileprivate init(_ answer: MutationAnswer<Model.Volume>) {
        self.init(
            volume: answer.resource.map { HoldpointMessages.Volume($0) },
            operation: answer.operation.map { HoldpointMessages.Operation($0) },
            warnings: answer.warnings.map { HoldpointMessages.Warning($0) })
    }
}

extension CreateVolumeRequest {
    fileprivate var source: VolumeSource {
        get throws(Refusal) {
            switch (snapshot.isEmpty, serverSnapshot.isEmpty, sourceVolume.isEmpty) {
            case (true, true, true): return .nothing
            case (false, true, true): return .snapshot(snapshot)
            case (true, false, false): return .member(serverSnapshot: serverSnapshot, volume: sourceVolume)
            default:
                throw .invalid(
                    field: "snapshot",
                    "a volume is made from a snapshot, or from a server_snapshot's member named by source_volume")
            }
        }
    }
}
