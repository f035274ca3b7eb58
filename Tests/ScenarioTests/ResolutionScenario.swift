import Engine
import EngineTestSupport
import HoldpointClient
import HoldpointMessages
import Testing

/// What keeps failing: stopped, told on everything that it holds, and every way out of it.
@Suite struct ResolutionScenario {
    private func with(
        _ scenario: @escaping @Sendable (World, SimulatedEngine) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in try await scenario(world, engine) }
    }

    /// A chain whose volume cannot be detached for good: its snapshots are deleted, everything else is held.
    private func stoppedPlan(_ world: World, _ engine: SimulatedEngine) async throws -> (Chain, Operation) {
        let chain = try await world.makeChain()
        let plan = try await world.plan("data-1")
        engine.fail(.detach)
        let stuck = try await world.execute(plan, "data-1")
        engine.removeFaults()
        #expect(stuck.state == .stuck)
        #expect(stuck.steps.map(\.state) == [.done, .done, .failed, .pending])
        #expect(stuck.error?.reason == "ENGINE_FAILED")
        return (chain, stuck)
    }

    /// A volume whose deletion failed for good.
    private func failedDeletion(_ world: World, _ engine: SimulatedEngine) async throws -> Volume {
        let volume = try await world.makeVolume("data-2")
        engine.fail(.deleteLayer)
        let answer = try await world.client.volumes.deleteVolume(
            DeleteVolumeRequest(requestID: world.newID(), volume: "data-2", consent: world.consent))
        let failed = try await world.client.wait(for: try #require(answer.operation), timeout: .seconds(60))
        engine.removeFaults()
        #expect(failed.state == .failed && failed.error?.reason == "ENGINE_FAILED")
        let held = try await world.client.volumes.getVolume(GetVolumeRequest(volume: volume.id))
        #expect(held.state == .errorDeleting && held.operationID.isEmpty)
        #expect(held.failure?.attempts == 5 && held.failure?.resolvableBy == .administrator)
        return held
    }

    private func resolve(
        _ world: World, _ resource: String, _ action: ResolveFailureRequest.Action, consent: Consent? = nil
    ) async throws -> Operation? {
        let answer = try await world.client.admin.resolveFailure(
            ResolveFailureRequest(requestID: world.newID(), resource: resource, action: action, consent: consent))
        guard let operation = answer.operation else { return nil }
        return try await world.client.wait(for: operation, timeout: .seconds(60))
    }

    @Test func aPlanStopsHalfWayAndTellsItEverywhere() async throws {
        try await with { world, engine in
            let (chain, stuck) = try await stoppedPlan(world, engine)
            let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-1"))
            #expect(volume.state == .errorDeleting && volume.operationID == stuck.id)
            #expect(volume.failure?.attempts == 5 && volume.failure?.resolvableBy == .administrator)
            #expect(volume.failure?.step == "detach-volume \(chain.volume)")
            #expect(volume.serverID == chain.server, "it is not detached")
            let server = try await world.client.servers.getServer(GetServerRequest(server: "web-1"))
            #expect(server.operationID == stuck.id && server.failure?.resolvableBy == .administrator)
            // Whoever comes across it is told whom to ask, and is not told to wait.
            for status in [
                try await refusal { try await world.deleteVolume("data-1") },
                try await refusal { try await world.takeSnapshot("more", of: "data-1") },
                try await refusal { try await world.makeVolume("data-3", on: "web-1") },
            ] {
                #expect(status.reason == "ADMIN_REQUIRED", "\(status.message)")
                #expect(status.remedies.map(\.command).contains("holdpoint admin resolve \(stuck.id) --retry"))
                #expect(status.retryAfterMs == 0)
            }
        }
    }

    @Test func aStoppedPlanIsResumed() async throws {
        try await with { world, engine in
            let (_, stuck) = try await stoppedPlan(world, engine)
            let ended = try await resolve(world, stuck.id, .retry)
            #expect(ended?.id == stuck.id && ended?.state == .succeeded)
            let status = try await world.client.admin.getStatus(GetStatusRequest())
            #expect(status.volumeCount == 0 && status.layerCount == 0 && status.stuckOperationCount == 0)
        }
    }

    /// What was not deleted comes back, served and writable; what was deleted stays so.
    @Test func aStoppedPlanIsGivenUp() async throws {
        try await with { world, engine in
            let (chain, stuck) = try await stoppedPlan(world, engine)
            let restored = try await resolve(world, "data-1", .restore)
            #expect(restored?.state == .succeeded && restored?.kind == "RESTORE_DELETED")
            let given = try await world.client.operations.getOperation(GetOperationRequest(operation: stuck.id))
            #expect(given.state == .failed)
            let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-1"))
            #expect(volume.state == .inUse && volume.operationID.isEmpty && volume.failure == nil)
            let gone = try await refusal {
                try await world.client.serverSnapshots.getServerSnapshot(
                    GetServerSnapshotRequest(serverSnapshot: chain.serverSnapshot))
            }
            #expect(gone.code == .notFound)
            _ = try await world.takeServerSnapshot("again", of: "web-1")
        }
    }

    /// Restoring is refused while the data is not there; then only abandoning is left, and that needs consent.
    @Test func whatCannotBeReadIsNotRestored() async throws {
        try await with { world, engine in
            _ = try await failedDeletion(world, engine)
            engine.inject(.fails(EngineError(.damaged, "a layer cannot be read")), into: .verify)
            #expect(try await resolve(world, "data-2", .restore)?.error?.reason == "DATA_DAMAGED")
            let held = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-2"))
            #expect(held.state == .errorDeleting && held.operationID.isEmpty)
            #expect(held.failure?.reason == "DATA_DAMAGED")
            #expect(try await refusal { try await world.deleteVolume("data-2") }.reason == "ADMIN_REQUIRED")

            let noConsent = try await refusal { try await resolve(world, "data-2", .abandon) }
            #expect(noConsent.reason == "CONSENT_REQUIRED")
            let layers = try await engine.allLayers()
            #expect(try await resolve(world, "data-2", .abandon, consent: world.consent) == nil)
            #expect(try await engine.allLayers() == layers, "abandoned data stays")
            #expect(try await world.client.volumes.listVolumes(ListVolumesRequest()).volumes.isEmpty)
        }
    }

    /// A volume comes back with its bytes.
    @Test func aFailedDeletionIsTakenBack() async throws {
        try await with { world, engine in
            _ = try await failedDeletion(world, engine)
            #expect(try await resolve(world, "data-2", .restore)?.state == .succeeded)
            let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-2"))
            #expect(volume.state == .available && volume.failure == nil)
            _ = try await world.takeSnapshot("first", of: "data-2")
        }
    }

    /// A plan goes on behind what was abandoned; a part that is not about data cannot be.
    @Test func aStoppedPlanGoesOnBehindWhatWasAbandoned() async throws {
        try await with { world, engine in
            let (chain, stuck) = try await stoppedPlan(world, engine)
            let noData = try await refusal { try await resolve(world, stuck.id, .abandon, consent: world.consent) }
            #expect(noData.reason == "STATE_FORBIDS")
            engine.fail(.deleteLayer)
            #expect(try await resolve(world, stuck.id, .retry)?.state == .stuck)
            engine.removeFaults()
            let layers = try await engine.allLayers()
            let ended = try await resolve(world, chain.volume, .abandon, consent: world.consent)
            #expect(ended?.id == stuck.id && ended?.state == .succeeded)
            #expect(try await engine.allLayers() == layers)
            let status = try await world.client.admin.getStatus(GetStatusRequest())
            #expect(status.volumeCount == 0 && status.snapshotCount == 0)
        }
    }

    @Test func aFailedDeletionIsTriedAgain() async throws {
        try await with { world, engine in
            let volume = try await failedDeletion(world, engine)
            #expect(try await resolve(world, volume.id, .retry)?.state == .succeeded)
            #expect(try await engine.allLayers().isEmpty)
        }
    }

    /// What abandoned data rests on stays with it, and the plan goes on all the same.
    @Test func whatAbandonedDataRestsOnStays() async throws {
        try await with { world, engine in
            _ = try await world.makeChain()
            _ = try await world.stop("web-1")
            try await world.settled(try await world.revert("data-1", to: "by-hand").operation)
            engine.fail(.deleteLayer)
            let stuck = try await world.execute(try await world.plan("data-1"), "data-1")
            engine.removeFaults()
            #expect(stuck.steps.map(\.state) == [.done, .done, .failed, .pending, .pending])
            let ended = try await resolve(world, stuck.id, .abandon, consent: world.consent)
            #expect(ended?.id == stuck.id && ended?.state == .succeeded)
            // The abandoned layer and the two below it.
            #expect(try await engine.allLayers().count == 3)
            let report = try await world.client.admin.checkConsistency(CheckConsistencyRequest())
            #expect(report.clean && report.quarantinedLayerCount == 1)
        }
    }

    /// What cannot be proved waits for the next decision; what no deletion touched goes on, and nothing stays held.
    @Test func aRestoreThatFailsHoldsNothing() async throws {
        try await with { world, engine in
            _ = try await world.makeChain()
            _ = try await world.stop("web-1")
            let revert = try await world.settled(try await world.revert("data-1", to: "by-hand").operation)
            let safety = try #require(revert?.targetIDs.last)
            _ = try await world.start("web-1")
            engine.fail(.deleteLayer)
            let stuck = try await world.execute(try await world.plan("data-1"), "data-1")
            engine.removeFaults()
            #expect(stuck.state == .stuck && stuck.error?.reason == "ENGINE_FAILED")
            engine.inject(.fails(EngineError(.damaged, "a layer cannot be read")), into: .verify)
            #expect(try await resolve(world, stuck.id, .restore)?.state == .failed)

            let snapshot = try await world.client.snapshots.getSnapshot(GetSnapshotRequest(snapshot: safety))
            #expect(snapshot.state == .errorDeleting && snapshot.operationID.isEmpty)
            let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-1"))
            #expect(volume.state == .inUse && volume.operationID.isEmpty)
            let server = try await world.client.servers.getServer(GetServerRequest(server: "web-1"))
            #expect(server.state == .running && server.operationID.isEmpty)
            #expect(try await resolve(world, safety, .retry)?.state == .succeeded)
        }
    }

    /// Protection that was turned on since is in an administrator's way too.
    @Test func aRetryAppliesTheRules() async throws {
        try await with { world, engine in
            let volume = try await failedDeletion(world, engine)
            _ = try await world.client.volumes.updateVolume(
                UpdateVolumeRequest(
                    requestID: world.newID(), volumeID: volume.id, volume: Volume(deletionProtection: true),
                    updateMask: FieldMask(paths: ["deletion_protection"])))
            for action: ResolveFailureRequest.Action in [.retry, .abandon] {
                let status = try await refusal {
                    try await resolve(world, volume.id, action, consent: world.consent)
                }
                #expect(status.reason == "DELETION_PROTECTED")
            }
        }
    }

    /// There is something to resolve, or the call says that there is not.
    @Test func whatIsWellIsNotResolved() async throws {
        try await with { world, _ in
            _ = try await world.makeVolume("data-1")
            for action: ResolveFailureRequest.Action in [.retry, .restore, .abandon] {
                let status = try await refusal {
                    try await resolve(world, "data-1", action, consent: world.consent)
                }
                #expect(status.reason == "STATE_FORBIDS" && status.code == .failedPrecondition)
            }
            let nothing = try await refusal { try await resolve(world, "data-1", .unspecified) }
            #expect(nothing.reason == "INVALID_ARGUMENT")
            #expect(try await refusal { try await resolve(world, "op-aaaaaaaaaaaa", .retry) }.code == .notFound)
        }
    }

    /// A cut that the engine refuses is told at once, and leaves the volume free.
    @Test func aRefusedCutIsTold() async throws {
        try await with { world, engine in
            _ = try await world.makeChain()
            engine.inject(.fails(EngineError(.failed, "refused")), into: .cut)
            let answer = try await world.client.snapshots.createSnapshot(
                CreateSnapshotRequest(
                    requestID: world.newID(), snapshot: VolumeSnapshot(name: "torn"), volume: "data-1"))
            let ended = try await world.client.wait(for: try #require(answer.operation), timeout: .seconds(60))
            #expect(ended.state == .failed && ended.error?.reason == "ENGINE_FAILED")
            _ = try await world.takeSnapshot("whole", of: "data-1")
        }
    }
}

extension SimulatedEngine {
    /// Every such call fails, until faults are removed.
    func fail(_ method: EngineMethod) {
        for call in 1...10 {
            inject(.fails(EngineError(.failed, "the disk does not answer")), into: method, call: call)
        }
    }
}
