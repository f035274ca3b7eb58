import HoldpointClient
import Testing

/// `if_absent`: decided where things are made, so that no script makes two of what it wants once.
@Suite struct IfAbsentScenario {
    private static let callerCount = 12

    /// Twelve at once, each with an id of its own: one is made, and all hear of it.
    @Test(arguments: WorldKind.allCases)
    func ofManyAtOnceOneIsMade(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let servers = try await Self.atOnce {
                let answer = try await world.createServer("web-1")
                try await world.settled(answer.operation)
                return answer.server?.id ?? ""
            }
            let volumes = try await Self.atOnce {
                let answer = try await world.createVolume { $0.attachServer = servers.first ?? "" }
                try await world.settled(answer.operation)
                return answer.volume?.id ?? ""
            }
            let snapshots = try await Self.atOnce {
                let answer = try await world.client.snapshots.createSnapshot(
                    CreateSnapshotRequest(
                        requestID: world.newID(), snapshot: VolumeSnapshot(name: "before"), volume: "data-1",
                        ifAbsent: true))
                try await world.settled(answer.operation)
                return answer.snapshot?.id ?? ""
            }
            let owners = try await Self.atOnce {
                let answer = try await world.client.serverSnapshots.createServerSnapshot(
                    CreateServerSnapshotRequest(
                        requestID: world.newID(), serverSnapshot: ServerSnapshot(name: "nightly"), server: "web-1",
                        ifAbsent: true))
                try await world.settled(answer.operation)
                return answer.serverSnapshot?.id ?? ""
            }
            #expect([servers, volumes, snapshots, owners].map(\.count) == [1, 1, 1, 1])
            #expect(try await world.client.servers.listServers(ListServersRequest()).servers.count == 1)
            #expect(try await world.client.volumes.listVolumes(ListVolumesRequest()).volumes.count == 1)
            let status = try await world.client.admin.getStatus(GetStatusRequest())
            #expect(status.snapshotCount == 2 && status.serverSnapshotCount == 1)
        }
    }

    /// The ids that they hear.
    private static func atOnce(
        _ create: @escaping @Sendable () async throws -> String
    ) async throws -> Set<String> {
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 1...callerCount { group.addTask { try await create() } }
            return try await group.reduce(into: []) { $0.insert($1) }
        }
    }

    /// What differs is told, field by field, with who bears the name; what a request leaves open does not differ.
    @Test(arguments: WorldKind.allCases)
    func anotherOfTheNameIsRefusedWithTheDifference(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            let volume = try await world.makeVolume("data-1")
            let snapshot = try await world.takeSnapshot("before", of: "data-1")
            let cases: [(field: String, change: @Sendable (inout CreateVolumeRequest) -> Void)] = [
                ("size_bytes is 8388608, not 16777216", { $0.volume?.sizeBytes = 16 << 20 }),
                (#"description is "", not "new""#, { $0.volume?.description = "new" }),
                (#"label tier is none, not "gold""#, { $0.volume?.labels = ["tier": "gold"] }),
                ("deletion_protection is false, not true", { $0.volume?.deletionProtection = true }),
                ("source is none, not made from \(snapshot.id)", { $0.snapshot = "before" }),
                ("server is none, not ", { $0.attachServer = "web-1" }),
            ]
            for (field, change) in cases {
                let status = try await refusal { try await world.createVolume(change) }
                #expect(status.code == .alreadyExists && status.reason == "NAME_TAKEN", "\(field)")
                #expect(status.message.contains(field), "\(status.message)")
                #expect(status.blockers.map(\.id) == [volume.id] && status.blockers.map(\.reason) == ["NAME_TAKEN"])
            }
            // Whatever size it has.
            #expect(try await world.createVolume { $0.volume?.sizeBytes = 0 }.volume?.id == volume.id)
            let grade = try await refusal {
                try await world.client.snapshots.createSnapshot(
                    CreateSnapshotRequest(
                        requestID: world.newID(), snapshot: VolumeSnapshot(name: "before"),
                        volume: try await world.makeVolume("data-2").id, ifAbsent: true))
            }
            #expect(grade.reason == "NAME_TAKEN" && grade.message.contains("volume is \(volume.id), not vol-"))
            #expect(try await world.client.volumes.listVolumes(ListVolumesRequest()).volumes.count == 2)
        }
    }

    /// The answer is the resource as it is; a retry gets it again, another body under its id does not, and a dry run
    /// leaves nothing.
    @Test(arguments: WorldKind.allCases)
    func anEqualOneIsTheAnswerAndIsRemembered(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let dry = try await world.createVolume { $0.validateOnly = true }
            #expect(dry.operation == nil && dry.volume?.name == "data-1")
            let volume = try await world.makeVolume("data-1")
            let request = CreateVolumeRequest(
                requestID: world.newID(), volume: Volume(name: "data-1", sizeBytes: 8 << 20), ifAbsent: true)
            for _ in 1...2 {
                let answer = try await world.client.volumes.createVolume(request)
                #expect(answer.volume?.id == volume.id && answer.volume?.state == .available && answer.operation == nil)
            }
            #expect(try await world.createVolume { $0.validateOnly = true }.volume?.id == volume.id)
            var other = request
            other.ifAbsent = false
            let changed = other
            let reused = try await refusal { try await world.client.volumes.createVolume(changed) }
            #expect(reused.reason == "REQUEST_ID_REUSED")
            try await world.deleteVolume("data-1")
            let again = try await world.createVolume()
            #expect(again.volume?.id != volume.id)
            try await world.settled(again.operation)
        }
    }

    /// A copy is equal to one that was made from the same snapshots.
    @Test(arguments: WorldKind.allCases)
    func copiesAreKnownByWhatTheyWereMadeFrom(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            _ = try await world.makeVolume("data-1", on: "web-1")
            for name in ["first", "second"] { _ = try await world.takeServerSnapshot(name, of: "web-1") }
            let made = try await world.createServer("web-2", from: "first")
            try await world.settled(made.operation)
            #expect(try await world.createServer("web-2", from: "first").server?.id == made.server?.id)
            let other = try await refusal { try await world.createServer("web-2", from: "second") }
            #expect(other.reason == "NAME_TAKEN" && other.message.contains("slot 0 is made from vsnap-"))
            try await world.detach("web-2-data-1")
            let without = try await refusal { try await world.createServer("web-2", from: "first") }
            #expect(without.message.contains("slot 0 is none"))
        }
    }

    /// The same UUID in upper and lower case is the same request.
    @Test(arguments: WorldKind.allCases)
    func requestIDsAreOneInBothCases(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let id = world.newID()
            let answers = try await [id, id.uppercased(), id].asyncMap { id in
                try await world.client.volumes.createVolume(
                    CreateVolumeRequest(requestID: id, volume: Volume(name: "once", sizeBytes: 1 << 20)))
            }
            #expect(Set(answers.map(\.volume?.id)).count == 1 && Set(answers.map(\.operation?.id)).count == 1)
            #expect(try await world.settled(answers[0].operation)?.requestID == id)
            #expect(try await world.client.volumes.listVolumes(ListVolumesRequest()).volumes.count == 1)
        }
    }
}

extension World {
    fileprivate func createServer(_ name: String, from serverSnapshot: String = "") async throws -> ServerAnswer {
        try await client.servers.createServer(
            CreateServerRequest(
                requestID: newID(), server: Server(name: name, kind: .external), serverSnapshot: serverSnapshot,
                ifAbsent: true))
    }

    fileprivate func createVolume(
        _ change: @Sendable (inout CreateVolumeRequest) -> Void = { _ in }
    ) async throws -> VolumeAnswer {
        var request = CreateVolumeRequest(
            requestID: newID(), volume: Volume(name: "data-1", sizeBytes: 8 << 20), ifAbsent: true)
        change(&request)
        return try await client.volumes.createVolume(request)
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
