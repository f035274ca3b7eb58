import Engine
import HoldpointClient
import HoldpointMessages
import Model
import Testing

/// What a volume takes is kept as last measured: good as long as nothing can have written it, and for a moment else.
@Suite struct UsageScenario {
    private func with(
        _ scenario: @escaping @Sendable (World, SimulatedEngine) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            _ = try await world.makeServer("web-1")
            try await scenario(world, engine)
        }
    }

    private func usedBytes(_ world: World) async throws -> UInt64 {
        try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-1")).usedBytes
    }

    private func attach(_ world: World) async throws {
        try await world.settled(
            try await world.client.volumes.attachVolume(
                AttachVolumeRequest(requestID: world.newID(), volume: "data-1", server: "web-1")
            ).operation)
    }

    /// The engine is not asked again; where it were, it would fail.
    @Test func whatNobodyWritesIsMeasuredOnce() async throws {
        try await with { world, engine in
            _ = try await world.makeVolume("data-1")
            _ = try await world.takeSnapshot("before", of: "data-1")
            let measured = try await usedBytes(world)
            let snapshot = try await world.client.snapshots.getSnapshot(GetSnapshotRequest(snapshot: "before"))
            engine.inject(.fails(EngineError(.failed, "asked again")), into: .usage)
            #expect(try await usedBytes(world) == measured)
            let renamed = try await world.client.volumes.updateVolume(
                UpdateVolumeRequest(
                    requestID: world.newID(), volumeID: "data-1", volume: .init(description: "renamed"),
                    updateMask: FieldMask(paths: ["description"])))
            #expect(renamed.volume?.usedBytes == measured)
            let again = try await world.client.snapshots.getSnapshot(GetSnapshotRequest(snapshot: "before"))
            #expect(again.exclusiveBytes == snapshot.exclusiveBytes)
            // The first look after a change asks.
            await #expect(throws: (any Error).self) { try await world.makeVolume("data-2") }
        }
    }

    /// What was measured before an attachment is not taken for what is there after it.
    @Test func whatWasWrittenMeanwhileShowsAtOnceWhenDetached() async throws {
        try await with { world, engine in
            let volume = VolumeID(stored: try await world.makeVolume("data-1").id)
            let before = try await usedBytes(world)
            for block in Int64(0)..<3 {
                try await attach(world)
                _ = try await usedBytes(world)
                try engine.write([1], toBlock: block, of: volume, isFlushed: true)
                try await world.detach("data-1")
                #expect(try await usedBytes(world) > before)
            }
        }
    }

    @Test func whatIsBeingWrittenShowsSoon() async throws {
        try await with { world, engine in
            let volume = VolumeID(stored: try await world.makeVolume("data-1", on: "web-1").id)
            let before = try await usedBytes(world)
            try engine.write([1], toBlock: 0, of: volume, isFlushed: false)
            let deadline = ContinuousClock.now + .seconds(20)
            while try await usedBytes(world) <= before {
                try #require(ContinuousClock.now < deadline, "what was written never shows")
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
