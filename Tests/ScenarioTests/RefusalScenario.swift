import HoldpointClient
import HoldpointRPC
import Testing

@Suite struct RefusalScenario {
    /// Deleting a volume at the end of the whole chain names every blocker, and its remedies clear them as they stand.
    @Test(arguments: WorldKind.allCases)
    func aRefusalNamesTheWholeClosureAndItsRemediesRun(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            let volume = try await world.makeVolume("data-1", on: "web-1")
            let owner = try await world.takeServerSnapshot("nightly", of: "web-1")
            let single = try await world.takeSnapshot("by-hand", of: "data-1")

            let status = try await refusal { try await world.deleteVolume("data-1") }
            #expect(status.code == .failedPrecondition && status.reason == "VOLUME_HAS_SNAPSHOTS")
            #expect(
                status.blockers.map { "\($0.kind) \($0.id) \($0.reason)" } == [
                    "server-snapshot \(owner.id) SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT",
                    "snapshot \(owner.memberIDs[0]) VOLUME_HAS_SNAPSHOTS",
                    "snapshot \(single.id) VOLUME_HAS_SNAPSHOTS",
                    "volume \(volume.id) VOLUME_ATTACHED",
                ])
            #expect(
                status.remedies.map(\.command) == [
                    "holdpoint server-snapshot delete \(owner.id)", "holdpoint snapshot delete \(single.id)",
                    "holdpoint volume detach \(volume.id)",
                ])

            let memberStatus = try await refusal { try await world.deleteSnapshot(owner.memberIDs[0]) }
            #expect(memberStatus.reason == "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT")
            #expect(memberStatus.blockers.map(\.id) == [owner.id])

            for remedy in status.remedies { try await world.run(remedy) }
            try await world.deleteVolume("data-1")
        }
    }

    /// What is protected, and what hangs on something protected, stays until protection is off.
    @Test(arguments: WorldKind.allCases)
    func protectionHoldsAndItsRemedyLetsGo(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeVolume("data-1")
            let snapshot = try await world.takeSnapshot("keep-me", of: "data-1")
            _ = try await world.client.snapshots.updateSnapshot(
                UpdateSnapshotRequest(
                    requestID: world.newID(), snapshotID: snapshot.id,
                    snapshot: VolumeSnapshot(deletionProtection: true),
                    updateMask: FieldMask(paths: ["deletion_protection"])))
            let status = try await refusal { try await world.deleteSnapshot(snapshot.id) }
            #expect(status.reason == "DELETION_PROTECTED" && status.code == .failedPrecondition)
            let chain = try await refusal { try await world.deleteVolume("data-1") }
            #expect(chain.reason == "VOLUME_HAS_SNAPSHOTS")
            #expect(chain.blockers.map(\.reason) == ["DELETION_PROTECTED", "VOLUME_HAS_SNAPSHOTS"])
            for remedy in chain.remedies { try await world.run(remedy) }
            try await world.deleteVolume("data-1")
        }
    }

    /// Nothing is destroyed without consent, and a refusal by rule comes before the question.
    @Test(arguments: WorldKind.allCases)
    func consentIsAskedForAfterTheRules(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeVolume("data-1")
            func delete(_ consent: Consent?) async throws -> Status {
                try await refusal {
                    try await world.client.volumes.deleteVolume(
                        DeleteVolumeRequest(requestID: world.newID(), volume: "data-1", consent: consent))
                }
            }
            #expect(try await delete(nil).reason == "CONSENT_REQUIRED")
            #expect(
                try await delete(Consent(acknowledged: false, password: world.password)).reason == "CONSENT_REQUIRED")
            let wrong = try await delete(Consent(acknowledged: true, password: "guess"))
            #expect(wrong.reason == "CONSENT_INVALID" && wrong.code == .permissionDenied)
            _ = try await world.takeSnapshot("first", of: "data-1")
            #expect(try await delete(nil).reason == "VOLUME_HAS_SNAPSHOTS")
            let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-1"))
            #expect(volume.state == .available)
        }
    }

    /// Wrong input of every kind: a clear reason, and nothing changed.
    @Test(arguments: WorldKind.allCases)
    func wrongInputChangesNothing(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let before = try await world.client.admin.getStatus(GetStatusRequest()).revision
            func create(
                _ name: String, _ bytes: UInt64 = 1 << 30, _ change: (inout CreateVolumeRequest) -> Void = { _ in }
            )
                async throws -> String
            {
                var request = CreateVolumeRequest(
                    requestID: world.newID(), volume: Volume(name: name, sizeBytes: bytes))
                change(&request)
                let sent = request
                return try await refusal { try await world.client.volumes.createVolume(sent) }.reason
            }
            for name in ["", "ab", String(repeating: "x", count: 21), "my_volume", "vol-aaaaaaaaaaaa", "größe"] {
                #expect(try await create(name) == "INVALID_NAME", "\(name)")
            }
            for size: UInt64 in [0, 1, (1 << 20) + 1, (64 << 40) + (1 << 20), 9 << 60, .max] {
                #expect(try await create("data-1", size) == "INVALID_SIZE", "\(size)")
            }
            #expect(try await create("data-1") { $0.requestID = "" } == "INVALID_ARGUMENT")
            #expect(try await create("data-1") { $0.snapshot = "vsnap-aaaaaaaaaaaa" } == "NOT_FOUND")
            #expect(try await create("data-1") { $0.attachServer = "nobody" } == "NOT_FOUND")
            #expect(
                try await create("data-1") { $0.volume?.description = String(repeating: "d", count: 256) }
                    == "INVALID_ARGUMENT")
            let unknown = try await refusal {
                try await world.client.volumes.getVolume(GetVolumeRequest(volume: "vol-aaaaaaaaaaaa"))
            }
            #expect(unknown.code == .notFound)
            #expect(try await world.client.admin.getStatus(GetStatusRequest()).revision == before)
        }
    }
}

extension World {
    /// Makes a remedy's call as it stands, with what every deletion needs besides: a request id and consent.
    func run(_ remedy: Remedy) async throws {
        let (service, name) = try #require(remedy.method.split(separator: "/").pair)
        let method = try #require(
            HoldpointAPI.services.first { $0.name == service }?.methods.first { $0.name == name })
        var json = remedy.requestJson.dropLast() + ",\"requestId\":\"\(newID())\""
        if name.hasPrefix("Delete") {
            json += ",\"consent\":{\"acknowledged\":true,\"password\":\"\(password)\"}"
        }
        let payload = try DynamicMessage.serialize(json: String(json + "}"), as: method.request)
        let answer = try await client.channel.unary(
            method: remedy.method, payload: payload, options: CallOptions(timeout: .seconds(30)))
        if name.hasPrefix("Delete") {
            try await settled(try DeleteAnswer(serialized: answer, from: .response).operation)
        } else if name == "DetachVolume" {
            try await settled(try VolumeAnswer(serialized: answer, from: .response).operation)
        }
    }
}

extension Collection {
    fileprivate var pair: (Element, Element)? {
        guard count == 2, let first else { return nil }
        return (first, self[index(after: startIndex)])
    }
}
