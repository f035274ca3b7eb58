import Engine
import EngineTestSupport
import HoldpointClient
import HoldpointMessages
import Model
import Testing

/// What the storage engine does to its users: failures, connected clients, no room, chains that end.
@Suite struct EngineFaultScenario {
    private func with(
        _ engine: SimulatedEngine, _ scenario: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in try await scenario(world) }
    }

    /// All or nothing: a server snapshot whose second half fails leaves no member, no layer, and volumes that are free.
    @Test func aFailedServerSnapshotLeavesNothingBehind() async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world in
            _ = try await world.makeServer("web-1")
            for name in ["data-1", "data-2"] { _ = try await world.makeVolume(name, on: "web-1") }
            let layers = try await engine.allLayers()
            engine.inject(.failsAfterWork(EngineError(.storageFull, "no room")), into: .prepareCut)
            let answer = try await world.client.serverSnapshots.createServerSnapshot(
                CreateServerSnapshotRequest(
                    requestID: world.newID(), serverSnapshot: HoldpointMessages.ServerSnapshot(name: "torn"),
                    server: "web-1"))
            let ended = try await world.client.wait(for: try #require(answer.operation), timeout: .seconds(30))
            #expect(ended.state == .failed && ended.error?.reason == "STORAGE_FULL")

            #expect(try await world.client.snapshots.listSnapshots(ListSnapshotsRequest()).snapshots.isEmpty)
            let owners = try await world.client.serverSnapshots.listServerSnapshots(ListServerSnapshotsRequest())
            #expect(owners.serverSnapshots.isEmpty)
            #expect(try await engine.allLayers() == layers)
            let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-2"))
            #expect(volume.state == .inUse && volume.operationID.isEmpty)
            #expect(volume.failure?.reason == "STORAGE_FULL" && volume.failure?.step == "prepare-overlays")

            _ = try await world.takeServerSnapshot("whole", of: "web-1")
            let healed = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-2"))
            #expect(healed.failure == nil)
        }
    }

    /// Connected clients hold a volume and its server; cutting them off needs consent and is told by the next grade.
    @Test func connectedClientsHoldAVolume() async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world in
            let server = try await world.makeServer("web-1")
            let volume = try await world.makeVolume("data-1", on: "web-1")
            try engine.connectClient(
                "unix:pid=7 (writer)", to: VolumeID(stored: volume.id), of: ServerID(stored: server.id))
            func detach(force: Bool, _ consent: HoldpointMessages.Consent?) async throws -> VolumeAnswer {
                try await world.client.volumes.detachVolume(
                    DetachVolumeRequest(
                        requestID: world.newID(), volume: "data-1", force: force, consent: consent))
            }
            let held = try await refusal { try await detach(force: false, nil) }
            #expect(held.reason == "VOLUME_HAS_CLIENTS" && held.blockers.map(\.id) == ["unix:pid=7 (writer)"])
            #expect(held.remedies.map(\.command) == ["holdpoint volume detach \(volume.id) --force"])
            let grown = try await refusal {
                try await world.client.volumes.resizeVolume(
                    ResizeVolumeRequest(requestID: world.newID(), volume: "data-1", sizeBytes: 1536 << 20))
            }
            #expect(grown.remedies.map(\.command) == ["holdpoint volume resize \(volume.id) --size 1536MiB --force"])
            #expect(try await refusal { try await world.deleteServer("web-1") }.reason == "VOLUME_HAS_CLIENTS")
            #expect(try await refusal { try await detach(force: true, nil) }.reason == "CONSENT_REQUIRED")
            try await world.settled(try await detach(force: true, world.consent).operation)
            #expect(try await world.takeSnapshot("after", of: "data-1").consistency == .crash)
        }
    }

    /// Under 5% free nothing new is made, and deletions go on.
    @Test func aFullStorageStillDeletes() async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world in
            _ = try await world.makeVolume("data-1")
            engine.setTotal(ByteCount(bytes: 200_000))
            let status = try await refusal { try await world.makeVolume("data-2") }
            #expect(status.reason == "STORAGE_FULL" && status.code == .resourceExhausted)
            #expect(try await refusal { try await world.takeSnapshot("now", of: "data-1") }.reason == "STORAGE_FULL")
            try await world.deleteVolume("data-1")
        }
    }

    /// A chain that is as long as it may be takes no further snapshot, and says so before anything is done.
    @Test func theLongestChainTakesNoFurtherSnapshot() async throws {
        try await with(SimulatedEngine(deepestChain: 3)) { world in
            _ = try await world.makeVolume("data-1")
            for name in ["first", "second"] { _ = try await world.takeSnapshot(name, of: "data-1") }
            let status = try await refusal { try await world.takeSnapshot("third", of: "data-1") }
            #expect(status.reason == "CHAIN_TOO_DEEP" && status.code == .failedPrecondition)
            #expect(try await world.client.snapshots.listSnapshots(ListSnapshotsRequest()).snapshots.count == 2)
        }
    }

    /// A server whose process dies is served again, with all its volumes.
    @Test func aLostServerIsServedAgain() async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world in
            let server = try await world.makeServer("web-1")
            let volume = try await world.makeVolume("data-1", on: "web-1")
            let id = ServerID(stored: server.id)
            try engine.write([7], toBlock: 0, of: VolumeID(stored: volume.id))
            engine.killServer(id)
            let end = ContinuousClock.now + .seconds(30)
            while try await engine.observe(id)?.activeLayers.isEmpty != false {
                try #require(ContinuousClock.now < end, "the server is not served again")
                await Task.yield()
            }
            #expect(try engine.readBlock(0, of: VolumeID(stored: volume.id)).first == 7)
            try await world.detach("data-1")
            #expect(try await world.takeSnapshot("after", of: "data-1").consistency == .crash)
        }
    }
}
