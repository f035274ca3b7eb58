internal import Crypto
public import HoldpointMessages
public import HoldpointRPC
public import Manager
internal import Model

/// What an operator asks.
public struct AdminService: AdminServiceHandler {
    private let manager: ResourceManager
    private let version: String
    private let stateDirectory: String

    public init(manager: ResourceManager, version: String, stateDirectory: String) {
        self.manager = manager
        self.version = version
        self.stateDirectory = stateDirectory
    }

    public func getStatus(
        _ request: GetStatusRequest, context: CallContext
    ) async throws -> HoldpointMessages.SystemStatus {
        let status = try await manager.status(context.call)
        return HoldpointMessages.SystemStatus(
            version: version, startTime: HoldpointMessages.Timestamp(status.startTime),
            stateDirectory: stateDirectory, engine: status.engineName,
            storageTotalBytes: UInt64(status.capacity.total.bytes),
            storageFreeBytes: UInt64(status.capacity.free.bytes), revision: UInt64(clamping: status.revision),
            serverCount: UInt32(clamping: status.serverCount), volumeCount: UInt32(clamping: status.volumeCount),
            snapshotCount: UInt32(clamping: status.snapshotCount),
            serverSnapshotCount: UInt32(clamping: status.serverSnapshotCount),
            layerCount: UInt32(clamping: status.layerCount),
            openOperationCount: UInt32(clamping: status.openOperationCount),
            stuckOperationCount: UInt32(clamping: status.stuckOperationCount),
            problems: status.problems.map { HoldpointMessages.Problem($0) },
            omittedProblemCount: UInt32(clamping: status.omittedProblemCount))
    }

    public func resolveFailure(
        _ request: ResolveFailureRequest, context: CallContext
    ) async throws -> ResolveFailureAnswer {
        let resolution = try request.resolution
        let answer = try await manager.resolveFailure(
            request.resource, resolution,
            try context.mutation(request))
        return ResolveFailureAnswer(
            operation: answer.operation.map { HoldpointMessages.Operation($0) },
            warnings: answer.warnings.map { HoldpointMessages.Warning($0) })
    }

    public func checkConsistency(
        _ request: CheckConsistencyRequest, context: CallContext
    ) async throws -> HoldpointMessages.ConsistencyReport {
        HoldpointMessages.ConsistencyReport(
            try await manager.checkConsistency(repair: request.repair, thorough: request.thorough, context.call))
    }

    public func backupMetadata(
        _ request: BackupMetadataRequest, context: CallContext, responses: ResponseStream<BackupChunk>
    ) async throws {
        var digest = SHA256()
        try await manager.backUpMetadata(chunkByteCount: Self.backupChunkByteCount, context.call) { data in
            digest.update(data: data)
            try await responses.send(BackupChunk(data: data))
        }
        try await responses.send(BackupChunk(sha256: Array(digest.finalize())))
    }

    public func listQuarantine(
        _ request: ListQuarantineRequest, context: CallContext
    ) async throws -> ListQuarantineResponse {
        let page = try await manager.listQuarantine(
            pageSize: Int(request.pageSize), pageToken: request.pageToken, context.call)
        return ListQuarantineResponse(
            layers: page.entries.map { HoldpointMessages.QuarantinedLayer($0) }, nextPageToken: page.nextPageToken)
    }

    public func adoptLayer(_ request: AdoptLayerRequest, context: CallContext) async throws -> AdoptLayerAnswer {
        let answer = try await manager.adoptLayer(
            request.layer, name: request.name, try context.mutation(request))
        return AdoptLayerAnswer(
            volume: answer.resource.map { HoldpointMessages.Volume($0) },
            operation: answer.operation.map { HoldpointMessages.Operation($0) },
            warnings: answer.warnings.map { HoldpointMessages.Warning($0) })
    }

    public func discardLayer(_ request: DiscardLayerRequest, context: CallContext) async throws -> DiscardLayerAnswer {
        let answer = try await manager.discardLayer(
            request.layer,
            try context.mutation(request))
        return DiscardLayerAnswer(
            operation: answer.operation.map { HoldpointMessages.Operation($0) },
            warnings: answer.warnings.map { HoldpointMessages.Warning($0) })
    }

    private static let backupChunkByteCount = 256 << 10
}

extension ResolveFailureRequest {
    fileprivate var resolution: FailureResolution {
        get throws(Refusal) {
            switch action {
            case .retry: .retry
            case .restore: .restore
            case .abandon: .abandon
            default: throw .invalid(field: "action", "RETRY, RESTORE or ABANDON is expected")
            }
        }
    }
}
