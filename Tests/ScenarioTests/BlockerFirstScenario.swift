import HoldpointClient
import Testing

/// What stands in the way is told before anybody looks at a password; then none is checked, and none is counted.
@Suite struct BlockerFirstScenario {
    /// More than are free, and enough that the next one would wait for minutes if they counted.
    private static let guessCount = 20

    /// The real `holdpointd`, with its real passwords.
    @Test func aPasswordIsNotSpentWhileABlockerStandsInTheWay() async throws {
        try await World.with(.binaries) { world in
            _ = try await world.makeServer("web-1")
            _ = try await world.makeVolume("data-1", on: "web-1")
            _ = try await world.takeServerSnapshot("nightly", of: "web-1")
            let guess = Consent(acknowledged: true, password: "a guess that is wrong")
            for (reason, destroy) in Self.refused {
                for _ in 1...Self.guessCount {
                    #expect(try await refusal { try await destroy(world, guess) }.reason == reason)
                }
            }
            // The next wrong one is the first that counts: those that are free cost no delay.
            let first = try await refusal { try await Self.deleteServerSnapshot(world, guess) }
            #expect(first.reason == "CONSENT_INVALID" && first.retryAfterMs == 0)
            try await world.deleteServerSnapshot("nightly")
        }
    }

    private static let refused: [(String, @Sendable (World, Consent) async throws -> Void)] = [
        (
            "VOLUME_HAS_SNAPSHOTS",
            { world, consent in
                _ = try await world.client.volumes.deleteVolume(
                    DeleteVolumeRequest(requestID: world.newID(), volume: "data-1", consent: consent))
            }
        ),
        (
            "PLAN_STALE",
            { world, consent in
                _ = try await world.client.plans.executePlan(
                    ExecutePlanRequest(
                        requestID: world.newID(), resource: "data-1", hash: "another", consent: consent))
            }
        ),
        (
            "VOLUME_ATTACHED",
            { world, consent in
                let member = try await world.client.snapshots.listSnapshots(ListSnapshotsRequest()).snapshots[0]
                _ = try await world.client.volumes.revertVolume(
                    RevertVolumeRequest(
                        requestID: world.newID(), volume: "data-1", snapshot: member.id, consent: consent))
            }
        ),
        (
            "STATE_FORBIDS",
            { world, consent in
                _ = try await world.client.admin.resolveFailure(
                    ResolveFailureRequest(
                        requestID: world.newID(), resource: "data-1", action: .abandon, consent: consent))
            }
        ),
        (
            "NOT_FOUND",
            { world, consent in
                _ = try await world.client.servers.deleteServer(
                    DeleteServerRequest(requestID: world.newID(), server: "web-9", consent: consent))
            }
        ),
    ]

    private static func deleteServerSnapshot(_ world: World, _ consent: Consent) async throws {
        _ = try await world.client.serverSnapshots.deleteServerSnapshot(
            DeleteServerSnapshotRequest(requestID: world.newID(), serverSnapshot: "nightly", consent: consent))
    }

    /// A batch whose parts are all refused destroys nothing; one of them that can go needs the password for all.
    @Test(arguments: WorldKind.allCases)
    func aBatchOfNothingButBlockersNeedsNoPassword(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            _ = try await world.makeVolume("data-1", on: "web-1")
            let owner = try await world.takeServerSnapshot("nightly", of: "web-1")
            let single = try await world.takeSnapshot("single", of: "data-1")
            let guess = Consent(acknowledged: true, password: "a guess that is wrong")
            func delete(_ ids: [String], _ id: String = HoldpointClient.newRequestID()) async throws -> [String] {
                try await world.client.snapshots.batchDeleteSnapshots(
                    BatchDeleteSnapshotsRequest(requestID: id, snapshots: ids, consent: guess)
                ).results.map { $0.error?.reason ?? "" }
            }
            let id = world.newID()
            for _ in 1...2 {
                #expect(try await delete(owner.memberIDs, id) == ["SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT"])
            }
            let mixed = try await refusal { try await delete(owner.memberIDs + [single.id]) }
            #expect(mixed.reason == "CONSENT_INVALID")
            #expect(try await world.client.snapshots.listSnapshots(ListSnapshotsRequest()).snapshots.count == 2)
        }
    }

    /// Who has done it already is answered as before, and only with the password; a blocker that came since does not
    /// count.
    @Test(arguments: WorldKind.allCases)
    func aRepeatedDeletionStillNeedsThePassword(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeVolume("data-1")
            var request = DeleteVolumeRequest(requestID: world.newID(), volume: "data-1", consent: world.consent)
            let done = try await world.client.volumes.deleteVolume(request)
            try await world.settled(done.operation)
            #expect(try await world.client.volumes.deleteVolume(request).operation?.id == done.operation?.id)
            request.consent = Consent(acknowledged: true, password: "a guess that is wrong")
            let wrong = request
            #expect(
                try await refusal { try await world.client.volumes.deleteVolume(wrong) }.reason == "CONSENT_INVALID")
            request.consent = nil
            let missing = request
            #expect(
                try await refusal { try await world.client.volumes.deleteVolume(missing) }.reason == "CONSENT_REQUIRED")
        }
    }
}
