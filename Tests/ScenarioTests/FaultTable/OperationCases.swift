import HoldpointClient
import HoldpointMessages
import Manager
import Testing

/// One kind of operation: what is there before it, and the call that begins it.
struct OperationCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// What a transaction of a long plan makes busy: with less than it is about, a plan is long.
    var turnResourceCount = ResourceManager.turnResourceCount
    /// A layer that nobody knows is there, in quarantine.
    var hasQuarantine = false
    var prepare: @Sendable (World) async throws -> Void = { _ in }
    /// - Returns: the accepted operation.
    let begin: @Sendable (World, _ requestID: String) async throws -> HoldpointMessages.Operation?

    var testDescription: String { name }
}

extension OperationCase {
    static let all = volumes + servers + snapshots + deletions + quarantine

    static let quarantined = "lay-aaaaaaaaaaaa"

    private static let quarantine: [OperationCase] = [
        OperationCase(name: "ADOPT_LAYER", hasQuarantine: true) { world, id in
            try await world.client.admin.adoptLayer(
                AdoptLayerRequest(requestID: id, layer: quarantined, name: "adopted")
            ).operation
        },
        OperationCase(name: "DISCARD_LAYER", hasQuarantine: true) { world, id in
            try await world.client.admin.discardLayer(
                DiscardLayerRequest(requestID: id, layer: quarantined, consent: world.consent)
            ).operation
        },
    ]

    private static let volumes: [OperationCase] = [
        OperationCase(name: "CREATE_VOLUME") { world, id in
            try await world.client.volumes.createVolume(
                CreateVolumeRequest(requestID: id, volume: Volume(name: "new", sizeBytes: 1 << 20))
            ).operation
        },
        OperationCase(name: "CREATE_VOLUME of a snapshot, attached") { world, id in
            try await world.client.volumes.createVolume(
                CreateVolumeRequest(
                    requestID: id, volume: Volume(name: "copy"), snapshot: "first", attachServer: "web-1")
            ).operation
        },
        OperationCase(name: "RESIZE_VOLUME") { world, id in
            try await world.client.volumes.resizeVolume(
                ResizeVolumeRequest(requestID: id, volume: "loose", sizeBytes: 4 << 20)
            ).operation
        },
        OperationCase(name: "RESIZE_VOLUME, attached") { world, id in
            try await world.client.volumes.resizeVolume(
                ResizeVolumeRequest(requestID: id, volume: "data-1", sizeBytes: 4 << 20)
            ).operation
        },
        OperationCase(name: "ATTACH_VOLUME") { world, id in
            try await world.client.volumes.attachVolume(
                AttachVolumeRequest(requestID: id, volume: "loose", server: "web-1")
            ).operation
        },
        OperationCase(name: "DETACH_VOLUME") { world, id in
            try await world.client.volumes.detachVolume(DetachVolumeRequest(requestID: id, volume: "data-2")).operation
        },
        OperationCase(
            name: "REVERT_VOLUME", prepare: { world in _ = try await world.stop("web-1") },
            begin: { world, id in
                try await world.client.volumes.revertVolume(
                    RevertVolumeRequest(requestID: id, volume: "data-1", snapshot: "first", consent: world.consent)
                ).operation
            }),
    ]

    private static let servers: [OperationCase] = [
        OperationCase(name: "CREATE_SERVER") { world, id in
            try await world.client.servers.createServer(
                CreateServerRequest(requestID: id, server: Server(name: "web-2", kind: .external))
            ).operation
        },
        OperationCase(name: "CREATE_SERVER of a server snapshot") { world, id in
            try await world.client.servers.createServer(
                CreateServerRequest(
                    requestID: id, server: Server(name: "web-2", kind: .external), serverSnapshot: "nightly")
            ).operation
        },
        OperationCase(name: "STOP_SERVER") { world, id in
            try await world.client.servers.stopServer(StopServerRequest(requestID: id, server: "web-1")).operation
        },
        OperationCase(
            name: "START_SERVER", prepare: { world in _ = try await world.stop("web-1") },
            begin: { world, id in
                try await world.client.servers.startServer(
                    StartServerRequest(requestID: id, server: "web-1")
                ).operation
            }),
        OperationCase(
            name: "REVERT_SERVER", prepare: { world in _ = try await world.stop("web-1") },
            begin: { world, id in
                try await world.client.servers.revertServer(
                    RevertServerRequest(
                        requestID: id, server: "web-1", serverSnapshot: "nightly", consent: world.consent)
                ).operation
            }),
        OperationCase(name: "REVERT_SERVER that runs") { world, id in
            try await world.client.servers.revertServer(
                RevertServerRequest(
                    requestID: id, server: "web-1", serverSnapshot: "nightly", restart: true, consent: world.consent)
            ).operation
        },
        OperationCase(name: "DELETE_SERVER") { world, id in
            try await world.client.servers.deleteServer(
                DeleteServerRequest(requestID: id, server: "web-1", consent: world.consent)
            ).operation
        },
    ]

    private static let snapshots: [OperationCase] = [
        OperationCase(name: "CREATE_SNAPSHOT") { world, id in
            try await world.client.snapshots.createSnapshot(
                CreateSnapshotRequest(requestID: id, snapshot: VolumeSnapshot(name: "new"), volume: "loose")
            ).operation
        },
        OperationCase(name: "CREATE_SNAPSHOT of an attached volume") { world, id in
            try await world.client.snapshots.createSnapshot(
                CreateSnapshotRequest(requestID: id, snapshot: VolumeSnapshot(name: "new"), volume: "data-1")
            ).operation
        },
        OperationCase(name: "CREATE_SNAPSHOT of a server") { world, id in
            try await world.client.serverSnapshots.createServerSnapshot(
                CreateServerSnapshotRequest(
                    requestID: id, serverSnapshot: ServerSnapshot(name: "second"), server: "web-1")
            ).operation
        },
    ]

    private static let deletions: [OperationCase] = [
        OperationCase(name: "DELETE_VOLUME") { world, id in
            try await world.client.volumes.deleteVolume(
                DeleteVolumeRequest(requestID: id, volume: "loose", consent: world.consent)
            ).operation
        },
        OperationCase(
            name: "DELETE_SNAPSHOT",
            // Reverted away from it, its data is its own.
            prepare: { world in
                _ = try await world.stop("web-1")
                try await world.settled(try await world.revert("data-2", to: "second-1").operation)
            },
            begin: { world, id in
                let safety = try await CallerMemory.shared.value(for: id) {
                    let request = ListSnapshotsRequest(filter: "name:revert")
                    return try #require(try await world.client.snapshots.listSnapshots(request).snapshots.first).id
                }
                return try await world.client.snapshots.deleteSnapshot(
                    DeleteSnapshotRequest(requestID: id, snapshot: safety, consent: world.consent)
                ).operation
            }),
        OperationCase(name: "DELETE_SERVER_SNAPSHOT") { world, id in
            try await world.client.serverSnapshots.deleteServerSnapshot(
                DeleteServerSnapshotRequest(requestID: id, serverSnapshot: "nightly", consent: world.consent)
            ).operation
        },
        OperationCase(name: "EXECUTE_PLAN of a volume") { world, id in
            try await plan("data-1", deleteVolumes: false, world, id)
        },
        OperationCase(name: "EXECUTE_PLAN of a volume, in turns", turnResourceCount: 2) { world, id in
            try await plan("data-1", deleteVolumes: false, world, id)
        },
        OperationCase(name: "EXECUTE_PLAN of a server with its volumes") { world, id in
            try await plan("web-1", deleteVolumes: true, world, id)
        },
    ]

    private static func plan(
        _ resource: String, deleteVolumes: Bool, _ world: World, _ id: String
    ) async throws -> HoldpointMessages.Operation? {
        // Once it was accepted the plan is another one, and its resource may be gone; the request is the same.
        let hash = try await CallerMemory.shared.value(for: id) {
            try await world.plan(resource, deleteVolumes: deleteVolumes).hash
        }
        return try await world.client.plans.executePlan(
            ExecutePlanRequest(
                requestID: id, resource: resource, hash: hash, consent: world.consent, deleteVolumes: deleteVolumes)
        ).operation
    }
}

/// What a caller looked up for its request, and sends again with each try.
private actor CallerMemory {
    static let shared = CallerMemory()
    private var values: [String: String] = [:]

    func value(for requestID: String, _ lookUp: @Sendable () async throws -> String) async throws -> String {
        if let known = values[requestID] { return known }
        let value = try await lookUp()
        values[requestID] = value
        return value
    }
}
