import HoldpointClient
import HoldpointMessages
import Testing

/// Stopping and starting a server, and reverting what it has attached.
@Suite struct ServerPowerScenario {
    @Test(arguments: WorldKind.allCases)
    func aStoppedServerKeepsItsVolumesClosed(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            let volume = try await world.makeVolume("data-1", on: "web-1")
            #expect(try await world.stop("web-1").state == .stopped)
            #expect(try await world.stop("web-1").state == .stopped)
            let closed = try await world.client.volumes.getVolume(GetVolumeRequest(volume: volume.id))
            #expect(closed.state == .inUse && !closed.serverID.isEmpty && closed.operationID.isEmpty)

            // Nobody writes: what is taken now is as good as it gets, and everything else works on closed volumes too.
            let offline = try await world.takeServerSnapshot("cold", of: "web-1")
            #expect(offline.consistency == .offline)
            _ = try await world.makeVolume("data-2", on: "web-1")
            let grown = try await world.client.volumes.resizeVolume(
                ResizeVolumeRequest(requestID: world.newID(), volume: "data-2", sizeBytes: 16 << 20))
            #expect(grown.warnings.isEmpty)
            try await world.settled(grown.operation)
            try await world.detach("data-2")

            #expect(try await world.start("web-1").state == .running)
            #expect(try await world.start("web-1").state == .running)
            #expect(try await world.takeServerSnapshot("warm", of: "web-1").consistency == .crash)
        }
    }

    /// A revert needs its server stopped, keeps the size, gives the snapshot's bytes back, and keeps what was there in
    /// a safety snapshot.
    @Test(arguments: WorldKind.allCases)
    func aRevertKeepsWhatWasThere(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            let volume = try await world.makeVolume("data-1", on: "web-1")
            _ = try await world.makeVolume("data-2")
            try await world.write(1, to: "data-1")
            let first = try await world.takeSnapshot("first", of: "data-1")
            try await world.write(2, to: "data-1")
            try await world.write(3, to: "data-1", block: 1)
            let foreign = try await world.takeSnapshot("foreign", of: "data-2")
            let running = try await refusal { try await world.revert("data-1", to: "first") }
            #expect(running.reason == "VOLUME_ATTACHED")
            #expect(
                running.remedies.map(\.command) == [
                    "holdpoint volume detach \(volume.id)", "holdpoint server stop \(volume.serverID)",
                ])
            _ = try await world.stop("web-1")
            try await world.settled(
                try await world.client.volumes.resizeVolume(
                    ResizeVolumeRequest(requestID: world.newID(), volume: "data-1", sizeBytes: 16 << 20)
                ).operation)
            #expect(try await refusal { try await world.revert("data-1", to: foreign.id) }.reason == "INVALID_ARGUMENT")
            #expect(
                try await refusal {
                    try await world.client.volumes.revertVolume(
                        RevertVolumeRequest(requestID: world.newID(), volume: "data-1", snapshot: first.id))
                }.reason == "CONSENT_REQUIRED")

            let answer = try await world.revert("data-1", to: "first")
            let ended = try #require(try await world.settled(answer.operation))
            #expect(answer.warnings.map(\.reason) == ["SAFETY_SNAPSHOT"])
            let safety = try await world.client.snapshots.getSnapshot(
                GetSnapshotRequest(snapshot: try #require(ended.targetIDs.last)))
            #expect(safety.name.hasPrefix("revert-") && safety.name.count == 15 && safety.state == .available)
            #expect(safety.volumeID == volume.id && safety.sizeBytes == 16 << 20)
            let reverted = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-1"))
            #expect(reverted.state == .inUse && reverted.sizeBytes == 16 << 20 && reverted.operationID.isEmpty)
            #expect(try await world.start("web-1").state == .running)
            #expect(try await world.blocks("data-1") == [1, 0])
            try await world.write(4, to: "data-1", block: 1)
            _ = try await world.takeSnapshot("after", of: "data-1")
            #expect(try await world.blocks("data-1") == [1, 4])
            // What the revert took away is whole in the safety snapshot, and the first one is as it was.
            for (snapshot, bytes) in [(safety, [2, 3]), (first, [1, 0])] as [(VolumeSnapshot, [UInt8])] {
                let copy = try await world.makeVolume("copy", mebibytes: 0, on: "web-1", snapshot: snapshot.id)
                #expect(try await world.blocks("copy") == bytes)
                try await world.detach("copy")
                try await world.deleteVolume(copy.id)
            }
        }
    }
}

extension World {
    /// What the first two blocks of a volume were filled with.
    fileprivate func blocks(_ volume: String) async throws -> [UInt8?] {
        [try await read(volume, block: 0), try await read(volume, block: 1)]
    }

    func stop(_ server: String) async throws -> Server {
        let answer = try await client.servers.stopServer(StopServerRequest(requestID: newID(), server: server))
        try await settled(answer.operation)
        return try await client.servers.getServer(GetServerRequest(server: server))
    }

    func start(_ server: String) async throws -> Server {
        let answer = try await client.servers.startServer(StartServerRequest(requestID: newID(), server: server))
        try await settled(answer.operation)
        return try await client.servers.getServer(GetServerRequest(server: server))
    }

    func revert(_ volume: String, to snapshot: String) async throws -> VolumeAnswer {
        try await client.volumes.revertVolume(
            RevertVolumeRequest(requestID: newID(), volume: volume, snapshot: snapshot, consent: consent))
    }
}
