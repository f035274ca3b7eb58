import Engine
import HoldpointClient
import HoldpointMessages
import Testing

/// What a busy resource's refusal says is enough to wait for: the operation that is in the way.
@Suite struct BusyWaitingScenario {
    typealias Change = @Sendable (World) async throws -> HoldpointMessages.Operation?

    static let deletions: [(name: String, change: Change)] = [
        (
            "delete a volume",
            { world in
                try await world.client.volumes.deleteVolume(
                    DeleteVolumeRequest(requestID: world.newID(), volume: "data-1", consent: world.consent)
                ).operation
            }
        ),
        (
            "delete its server",
            { world in
                try await world.client.servers.deleteServer(
                    DeleteServerRequest(
                        requestID: world.newID(), server: "web-1", consent: world.consent, deleteVolumes: true)
                ).operation
            }
        ),
        (
            "execute a plan",
            { world in
                let plan = try await world.client.plans.planDelete(PlanDeleteRequest(resource: "data-1"))
                return try await world.client.plans.executePlan(
                    ExecutePlanRequest(
                        requestID: world.newID(), resource: "data-1", hash: plan.hash, consent: world.consent)
                ).operation
            }
        ),
        (
            "detach it",
            { world in
                try await world.client.volumes.detachVolume(
                    DetachVolumeRequest(requestID: world.newID(), volume: "data-1")
                ).operation
            }
        ),
    ]

    /// A volume that is being resized: whoever waits while it is busy is let in when that is over.
    @Test(arguments: deletions.indices)
    func whatIsBusyIsWaitedFor(index: Int) async throws {
        try await Self.with { world, engine in
            _ = try await world.makeServer("web-1")
            // A deletion is refused for what it is attached to, and not for that.
            let isDetached = Self.deletions[index].name == "delete a volume"
            let volume = try await world.makeVolume("data-1", on: isDetached ? "" : "web-1")
            engine.inject(.hangs, into: .resize)
            let resizing = try await world.client.volumes.resizeVolume(
                ResizeVolumeRequest(requestID: world.newID(), volume: volume.id, sizeBytes: 16 << 20))
            await engine.waitUntilHanging(.resize)
            try await Self.expectWait(for: try #require(resizing.operation?.id), world, engine, .resize) {
                try await Self.deletions[index].change(world)
            }
        }
    }

    /// Snapshots that are being taken, one alone and one of a server.
    @Test func snapshotsThatAreBeingTakenAreWaitedFor() async throws {
        try await Self.with { world, engine in
            _ = try await world.makeServer("web-1")
            let volume = try await world.makeVolume("data-1", on: "web-1")
            engine.inject(.hangs, into: .prepareCut)
            let single = try await world.client.snapshots.createSnapshot(
                CreateSnapshotRequest(
                    requestID: world.newID(), snapshot: VolumeSnapshot(name: "single"), volume: volume.id))
            await engine.waitUntilHanging(.prepareCut)
            try await Self.expectWait(for: try #require(single.operation?.id), world, engine, .prepareCut) {
                try await world.client.snapshots.deleteSnapshot(
                    DeleteSnapshotRequest(requestID: world.newID(), snapshot: "single", consent: world.consent)
                ).operation
            }
            engine.inject(.hangs, into: .prepareCut)
            let whole = try await world.client.serverSnapshots.createServerSnapshot(
                CreateServerSnapshotRequest(
                    requestID: world.newID(), serverSnapshot: ServerSnapshot(name: "whole"), server: "web-1"))
            await engine.waitUntilHanging(.prepareCut)
            try await Self.expectWait(for: try #require(whole.operation?.id), world, engine, .prepareCut) {
                try await world.client.serverSnapshots.deleteServerSnapshot(
                    DeleteServerSnapshotRequest(
                        requestID: world.newID(), serverSnapshot: "whole", consent: world.consent)
                ).operation
            }
        }
    }

    /// Refused once, for that operation; let in when it has ended.
    private static func expectWait(
        for operation: String, _ world: World, _ engine: SimulatedEngine, _ method: EngineMethod,
        _ call: @escaping @Sendable () async throws -> HoldpointMessages.Operation?
    ) async throws {
        var refusals: [Status] = []
        let made = try await world.client.waitingWhileBusy(timeout: .seconds(60)) { () throws(RPCError) in
            do {
                return try await call()
            } catch let error as RPCError {
                refusals.append(error.status)
                engine.release(method)
                throw error
            } catch {
                throw RPCError(.internal, "\(error)")
            }
        }
        #expect(refusals.map(\.reason) == ["RESOURCE_BUSY"] && refusals.map(\.operationID) == [operation])
        #expect(refusals.allSatisfy { $0.retryAfterMs > 0 && $0.code == .aborted })
        try await world.settled(made)
    }

    private static func with(
        _ scenario: @escaping @Sendable (World, SimulatedEngine) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in try await scenario(world, engine) }
    }
}
