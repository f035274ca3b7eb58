import HoldpointClient
import HoldpointMessages
import Testing

/// A name is one thing's, whoever asks at the same time; those that Holdpoint makes say what they are of.
@Suite struct NameScenario {
    @Test(arguments: WorldKind.allCases) func aNameIsTakenOnce(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let volume = try await world.makeVolume("data-1")
            let status = try await refusal { try await world.makeVolume("data-1") }
            #expect(status.code == .alreadyExists && status.reason == "NAME_TAKEN")
            #expect(status.blockers.map(\.id) == [volume.id])
            // Another kind's name is free, and so is another letter case.
            let server = try await world.makeServer("data-1")
            _ = try await world.makeVolume("Data-1", on: "data-1")
            // Snapshots and server snapshots are two kinds.
            _ = try await world.takeSnapshot("first", of: volume.id)
            _ = try await world.takeServerSnapshot("first", of: server.id)
            let again = try await refusal { try await world.takeSnapshot("first", of: "Data-1") }
            #expect(again.reason == "NAME_TAKEN" && again.blockers.map(\.kind) == ["snapshot"])
        }
    }

    @Test func aRenamingTakesNoName() async throws {
        try await World.with(.inProcess) { world in
            for name in ["data-1", "data-2"] { _ = try await world.makeVolume(name) }
            let rename = { (name: String) in
                try await world.client.volumes.updateVolume(
                    .init(
                        requestID: world.newID(), volumeID: "data-2", volume: .init(name: name),
                        updateMask: FieldMask(paths: ["name"])))
            }
            #expect(try await refusal { try await rename("data-1") }.reason == "NAME_TAKEN")
            // Its own is no other's.
            _ = try await rename("data-2")
            _ = try await rename("data-3")
            _ = try await world.makeVolume("data-2")
        }
    }

    @Test func manyAtOnceHaveOneWinner() async throws {
        try await World.with(.inProcess) { world in
            let results = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        do {
                            _ = try await world.client.volumes.createVolume(
                                .init(requestID: world.newID(), volume: .init(name: "once", sizeBytes: 8 << 20)))
                            return "made"
                        } catch let error as RPCError {
                            return error.status.reason
                        }
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(results == ["made": 1, "NAME_TAKEN": 63])
        }
    }

    /// What goes holds its name no longer.
    @Test func aDeletedNameIsFree() async throws {
        try await World.with(.inProcess) { world in
            _ = try await world.makeVolume("data-1")
            _ = try await world.client.volumes.deleteVolume(
                .init(requestID: world.newID(), volume: "data-1", consent: world.consent))
            _ = try await world.makeVolume("data-1")
        }
    }

    @Test(arguments: WorldKind.allCases) func aSnapshotWithoutANameIsCalledByItsTime(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            _ = try await world.makeVolume("data-1", on: "web-1")
            let names = [
                try await world.takeSnapshot("", of: "data-1").name,
                try await world.takeSnapshot("", of: "data-1").name,
            ]
            #expect(names.allSatisfy { $0.wholeMatch(of: /data-1-\d{10}(-2)?/) != nil } && names[0] != names[1])
            let server = try await world.takeServerSnapshot("", of: "web-1").name
            #expect(server.wholeMatch(of: /web-1-\d{10}/) != nil)
            let absent = try await refusal {
                try await world.client.snapshots.createSnapshot(
                    .init(requestID: world.newID(), snapshot: .init(), volume: "data-1", ifAbsent: true))
            }
            #expect(absent.reason == "INVALID_NAME", "nobody could find it again")
        }
    }

    @Test(arguments: WorldKind.allCases) func aMemberIsCalledByItsServerSnapshotAndVolume(kind: WorldKind) async throws
    {
        try await World.with(kind) { world in
            let chain = try await world.makeChain()
            _ = try await world.makeVolume("data-2", on: "web-1")
            let two = try await world.takeServerSnapshot("before-update", of: "web-1")
            let show = { try await world.client.snapshots.getSnapshot(.init(snapshot: $0)) }
            let first = try await show("before-update/data-1")
            #expect(first.serverSnapshotID == two.id && first.volumeID == chain.volume)
            #expect(try await show("\(two.id)/\(chain.volume)").id == first.id)
            #expect(try await show("nightly/data-1").id == chain.member)
            for unknown in ["nightly/data-2", "nightly/", "/data-1", "never/data-1", "a/b/c"] {
                #expect(try await refusal { try await show(unknown) }.code == .notFound, "\(unknown)")
            }
            // Two members bear one name: both are told, and what narrows it down is theirs.
            let ambiguous = try await refusal { try await show("snapshot for before-update") }
            #expect(ambiguous.reason == "AMBIGUOUS_NAME" && Set(ambiguous.blockers.map(\.id)) == Set(two.memberIDs))
            let volume = try await world.makeVolume("copy-1", snapshot: "before-update/data-2")
            #expect(volume.sizeBytes == 8 << 20)
            _ = try await world.stop("web-1")
            try await world.settled(
                try await world.revert("data-1", to: "snapshot for before-update").operation)
        }
    }

    @Test func copiesAreNamedAfterWhatTheyCopy() async throws {
        try await World.with(.inProcess) { world in
            _ = try await world.makeChain()
            _ = try await world.makeVolume("web-2-data-1")
            _ = try await world.client.servers.createServer(
                .init(requestID: world.newID(), server: .init(name: "web-2"), serverSnapshot: "nightly"))
            _ = try await world.client.servers.createServer(
                .init(requestID: world.newID(), server: .init(name: "web-3"), serverSnapshot: "nightly"))
            let names = try await world.client.volumes.listVolumes(.init()).volumes.map(\.name)
            #expect(Set(names) == ["data-1", "web-2-data-1", "web-2-data-1-2", "web-3-data-1"])
        }
    }

    /// Two reverts in one minute.
    @Test func safetySnapshotsAreNumbered() async throws {
        try await World.with(.inProcess) { world in
            _ = try await world.makeVolume("data-1")
            _ = try await world.takeSnapshot("first", of: "data-1")
            for _ in 0..<3 { try await world.settled(try await world.revert("data-1", to: "first").operation) }
            let names = try await world.client.snapshots.listSnapshots(.init()).snapshots.map(\.name)
            #expect(Set(names).count == 4 && names.filter { $0.hasPrefix("revert-") }.count == 3)
        }
    }
}
