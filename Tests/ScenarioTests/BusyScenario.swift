import Engine
import HoldpointClient
import HoldpointRPC
import Testing

/// A resource that an operation is changing.
@Suite struct BusyScenario {
    /// Everything else that would change it is refused, says whom to wait for, and goes through afterwards.
    @Test func whatIsBusyIsLeftAlone() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            let server = try await world.makeServer("web-1")
            let volume = try await world.makeVolume("data-1", on: "web-1")
            engine.inject(.hangs, into: .resize)
            defer { engine.release(.resize) }
            let resizing = try await world.client.volumes.resizeVolume(
                ResizeVolumeRequest(requestID: world.newID(), volume: "data-1", sizeBytes: 16 << 20))
            let operation = try #require(resizing.operation)
            await engine.waitUntilHanging(.resize)

            for change in world.changes(of: "data-1", on: "web-1") {
                let status = try await refusal { try await change.make() }
                #expect(status.reason == "RESOURCE_BUSY" && status.code == .aborted, "\(change.name): \(status)")
                #expect(status.retryAfterMs > 0, "\(change.name)")
                let blockers = status.blockers.filter { $0.reason == "RESOURCE_BUSY" }.map(\.id)
                #expect(
                    !blockers.isEmpty && Set(blockers).isSubset(of: [volume.id, server.id]),
                    "\(change.name): \(status.blockers)")
                #expect(status.remedies.contains { $0.command.contains(operation.id) }, "\(change.name)")
                #expect(status.operationID == operation.id, "\(change.name)")
            }
            let busy = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-1"))
            #expect(busy.state == .resizing && busy.operationID == operation.id && busy.name == "data-1")
            #expect(try await world.client.snapshots.listSnapshots(ListSnapshotsRequest()).snapshots.isEmpty)

            engine.release(.resize)
            try await world.settled(operation)
            _ = try await world.takeSnapshot("after", of: "data-1")
        }
    }
}

private struct NamedChange {
    let name: String
    let make: () async throws -> Void
}

extension World {
    /// One of each kind that is refused while a volume, and its server with it, is busy.
    fileprivate func changes(of volume: String, on server: String) -> [NamedChange] {
        [
            NamedChange(name: "update") {
                _ = try await client.volumes.updateVolume(
                    UpdateVolumeRequest(
                        requestID: newID(), volumeID: volume, volume: Volume(name: "other"),
                        updateMask: FieldMask(paths: ["name"])))
            },
            NamedChange(name: "resize") {
                _ = try await client.volumes.resizeVolume(
                    ResizeVolumeRequest(requestID: newID(), volume: volume, sizeBytes: 32 << 20))
            },
            NamedChange(name: "detach") { try await detach(volume) },
            NamedChange(name: "snapshot") { _ = try await takeSnapshot("torn", of: volume) },
            NamedChange(name: "server snapshot") { _ = try await takeServerSnapshot("torn", of: server) },
            NamedChange(name: "stop") { _ = try await stop(server) },
            NamedChange(name: "delete") { try await deleteVolume(volume) },
            NamedChange(name: "delete server") { try await deleteServer(server) },
        ]
    }
}
