import HoldpointClient
import Testing

@Suite struct LifeCycleScenario {
    /// The manual's way: a server and its volumes, one instant kept, brought back, and everything deleted in order.
    @Test(arguments: WorldKind.allCases)
    func fromTheFirstVolumeToTheLastDeletion(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let server = try await world.makeServer("web-1")
            #expect(server.state == .running)
            let first = try await world.makeVolume("data-1", on: "web-1")
            let second = try await world.makeVolume("data-2", on: server.id)
            #expect(first.state == .inUse && first.slot == 0 && second.slot == 1)
            try await world.write(1, to: "data-1")
            try await world.write(2, to: "data-2")

            let snapshot = try await world.takeServerSnapshot("before", of: "web-1")
            #expect(snapshot.state == .available && snapshot.memberIDs.count == 2)
            #expect(snapshot.consistency == .crash)
            let members = try await world.client.snapshots.listSnapshots(ListSnapshotsRequest(volume: "data-1"))
            let member = try #require(members.snapshots.first)
            #expect(member.name == "snapshot for before" && member.serverSnapshotName == "before")
            #expect(member.volumeName == "data-1" && snapshot.memberIDs.contains(member.id))

            try await world.write(3, to: "data-1")
            let copy = try await world.client.servers.createServer(
                CreateServerRequest(
                    requestID: world.newID(), server: Server(name: "web-2"), serverSnapshot: "before"))
            try await world.settled(copy.operation)
            let restored = try await world.client.servers.getServer(GetServerRequest(server: "web-2"))
            #expect(restored.kind == .external)
            #expect(restored.attachments.map(\.slot) == [0, 1])
            // Each is served where it is said to be, with the bytes of the instant that was kept.
            #expect(Set(restored.nbd.map(\.volumeID)) == Set(restored.attachments.map(\.volumeID)))
            for (name, byte) in [("web-2-data-1", 1), ("web-2-data-2", 2)] as [(String, UInt8)] {
                #expect(try await world.read(name) == byte)
            }
            try await world.write(4, to: "web-2-data-1")
            #expect(try await world.read("data-1") == 3)

            try await world.deleteServer("web-2")
            for name in ["web-2-data-1", "web-2-data-2"] { try await world.deleteVolume(name) }
            try await world.deleteServerSnapshot("before")
            for name in ["data-1", "data-2"] {
                try await world.detach(name)
                try await world.deleteVolume(name)
            }
            try await world.deleteServer("web-1")

            let status = try await world.client.admin.getStatus(GetStatusRequest())
            #expect(status.layerCount == 0 && status.volumeCount == 0 && status.serverCount == 0)
        }
    }

    /// A detached volume's snapshot is OFFLINE, an attached one's is CRASH and warns.
    @Test(arguments: WorldKind.allCases)
    func theConsistencyGradeSaysWhoWasWriting(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeVolume("data-1")
            #expect(try await world.takeSnapshot("idle", of: "data-1").consistency == .offline)
            _ = try await world.makeServer("web-1")
            try await world.settled(
                try await world.client.volumes.attachVolume(
                    AttachVolumeRequest(requestID: world.newID(), volume: "data-1", server: "web-1")
                ).operation)
            let answer = try await world.client.snapshots.createSnapshot(
                CreateSnapshotRequest(
                    requestID: world.newID(), snapshot: VolumeSnapshot(name: "busy"), volume: "data-1"))
            #expect(answer.warnings.map(\.reason) == ["DATA_IN_FLIGHT"])
            #expect(try await world.settled(answer.operation)?.state == .succeeded)
            let status = try await refusal {
                try await world.client.snapshots.createSnapshot(
                    CreateSnapshotRequest(
                        requestID: world.newID(), snapshot: VolumeSnapshot(name: "better"), volume: "data-1",
                        require: .offline))
            }
            #expect(status.reason == "CONSISTENCY_NOT_MET" && status.code == .failedPrecondition)
        }
    }

    /// Attached and detached volumes grow; nothing shrinks.
    @Test(arguments: WorldKind.allCases)
    func volumesGrow(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            _ = try await world.makeVolume("data-1", mebibytes: 8, on: "web-1")
            _ = try await world.makeVolume("data-2", mebibytes: 8)
            for name in ["data-1", "data-2"] {
                let answer = try await world.client.volumes.resizeVolume(
                    ResizeVolumeRequest(requestID: world.newID(), volume: name, sizeBytes: 16 << 20))
                try await world.settled(answer.operation)
                let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: name))
                #expect(volume.sizeBytes == 16 << 20)
                let status = try await refusal {
                    try await world.client.volumes.resizeVolume(
                        ResizeVolumeRequest(requestID: world.newID(), volume: name, sizeBytes: 8 << 20))
                }
                #expect(status.reason == "INVALID_SIZE")
                // The grown volume can be cut and restored at its new size.
                let snapshot = try await world.takeSnapshot("after", of: volume.id)
                #expect(try await world.makeVolume("copy", mebibytes: 0, snapshot: snapshot.id).sizeBytes == 16 << 20)
                try await world.deleteVolume("copy")
                try await world.deleteSnapshot(snapshot.id)
            }
        }
    }
}
