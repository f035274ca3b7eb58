import HoldpointClient
import Testing

/// What the command makes of what the real server sends; its own tests have servers that are written for them.
@Suite struct CommandScenario {
    /// Everything that destroys, while a resize holds the volume: refused without `--wait-busy`; with it, waited for
    /// until the time for waiting is over, and done once the resize is.
    @Test(arguments: [
        ["volume", "delete", "data-1"], ["volume", "delete", "data-1", "--cascade"],
        ["server", "delete", "web-1", "--delete-volumes", "--cascade"], ["server", "delete", "web-1"],
    ])
    func deletionsWaitForWhatIsInTheWay(words: [String]) async throws {
        try await CommandWorld.with { command in
            let world = command.world
            _ = try await world.makeServer("web-1")
            let isAttached = words.contains("web-1") || words.contains("--cascade")
            _ = try await world.makeVolume("data-1", on: isAttached ? "web-1" : "")
            command.engine.inject(.hangs, into: .resize)
            _ = try await world.client.volumes.resizeVolume(
                ResizeVolumeRequest(requestID: world.newID(), volume: "data-1", sizeBytes: 16 << 20))
            await command.engine.waitUntilHanging(.resize)
            try await expectWait(words, command) { command.engine.release(.resize) }
        }
    }

    /// Several snapshots go with one call, which is answered at once for each.
    @Test func aBatchWaitsForWhatIsInTheWay() async throws {
        try await CommandWorld.with { command in
            let world = command.world
            _ = try await world.makeVolume("data-1")
            _ = try await world.takeSnapshot("first", of: "data-1")
            command.engine.inject(.hangs, into: .prepareCut)
            _ = try await world.client.snapshots.createSnapshot(
                CreateSnapshotRequest(
                    requestID: world.newID(), snapshot: VolumeSnapshot(name: "second"), volume: "data-1"))
            await command.engine.waitUntilHanging(.prepareCut)
            let words = ["snapshot", "delete", "first", "second"]
            try await expectWait(words, command) { command.engine.release(.prepareCut) }
        }
    }

    private func expectWait(
        _ words: [String], _ command: CommandWorld, release: () -> Void
    ) async throws {
        let waiting = words + ["--wait-busy", "--ignore-missing"]
        let late = try await command.run(waiting + ["--wait-timeout", "300ms", "-o", "json"], consents: true)
        #expect(late.code == 9, "\(late.error)")
        let refused = try await command.run(words + ["--ignore-missing", "-o", "json"], consents: true)
        #expect(refused.code == 4 && refused.error.contains(#""reason":"RESOURCE_BUSY""#), "\(refused.error)")
        #expect(refused.error.contains(#""operationId":"op-"#), "\(refused.error)")
        release()
        let done = try await command.run(waiting, consents: true)
        #expect(done.code == 0 && done.output.contains(" deleted"), "\(done.error)")
    }

    /// A blocker is told, whatever the password; nothing is spent.
    @Test func blockersComeBeforeThePassword() async throws {
        try await CommandWorld.with { command in
            _ = try await command.world.makeVolume("data-1")
            _ = try await command.world.takeSnapshot("first", of: "data-1")
            let ended = try await command.run(["volume", "delete", "data-1"], consents: true)
            #expect(ended.code == 4 && ended.error.contains("(VOLUME_HAS_SNAPSHOTS)"))
        }
    }

    /// What `--if-absent` finds is printed as it is, with what only a look at the engine knows.
    @Test func anEqualOneIsPrinted() async throws {
        try await CommandWorld.with { command in
            let line = ["volume", "create", "data-1", "--size", "8MiB", "--if-absent", "-o"]
            let first = try await command.run(line + ["name"])
            let second = try await command.run(line + ["name"])
            #expect(first.code == 0 && first.output.hasPrefix("vol-") && first.output == second.output)
            let other = try await command.run(
                ["volume", "create", "data-1", "--size", "16MiB", "--if-absent"])
            #expect(other.code == 4 && other.output.isEmpty)
            #expect(other.error.contains("size_bytes is 8388608, not 16777216"))
            #expect(other.error.contains("(NAME_TAKEN)\n  blocked by volume vol-"))
        }
    }
}
