import HoldpointClient
import HoldpointMessages
import HoldpointRPC
import Testing

/// The manual's whole chain: what hangs on a volume, refused in every wrong order, and deleted in one call.
@Suite struct PlanScenario {
    @Test(arguments: WorldKind.allCases)
    func oneCallDeletesTheWholeChain(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let chain = try await world.makeChain()
            let before = try await world.client.admin.getStatus(GetStatusRequest()).revision
            let plan = try await world.plan("data-1")
            #expect(try await world.client.admin.getStatus(GetStatusRequest()).revision == before)
            #expect(
                plan.steps.map { "\($0.action) \($0.kind) \($0.name) <- \($0.requiredBy) \($0.reason)" } == [
                    "delete server-snapshot nightly <- \(chain.volume) SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT",
                    "delete snapshot by-hand <- \(chain.volume) VOLUME_HAS_SNAPSHOTS",
                    "detach volume data-1 <- \(chain.volume) VOLUME_ATTACHED", "delete volume data-1 <-  ",
                ])
            #expect(plan.blockers.isEmpty && plan.steps.map(\.number) == [1, 2, 3, 4])

            let ended = try await world.execute(plan, "data-1")
            #expect(ended.state == .succeeded && ended.kind == "EXECUTE_PLAN")
            #expect(
                ended.steps.map(\.name) == [
                    "delete-server-snapshot \(chain.serverSnapshot)", "delete-snapshot \(chain.snapshot)",
                    "detach-volume \(chain.volume)", "delete-volume \(chain.volume)",
                ])
            #expect(ended.standingConsent?.allows == "EXECUTE_PLAN \(chain.volume)")
            let status = try await world.client.admin.getStatus(GetStatusRequest())
            #expect(status.volumeCount == 0 && status.snapshotCount == 0 && status.serverSnapshotCount == 0)
            #expect(status.serverCount == 1 && status.layerCount == 0)
            // The server is free again.
            _ = try await world.makeVolume("data-2", on: "web-1")
        }
    }

    /// Each wrong order, refused with every blocker by name.
    @Test(arguments: WorldKind.allCases)
    func everyWrongOrderIsRefused(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let chain = try await world.makeChain()
            func reasons(_ status: Status) -> [String] { status.blockers.map { "\($0.name) \($0.reason)" } }
            let member = try await refusal { try await world.deleteSnapshot(chain.member) }
            #expect(reasons(member) == ["nightly SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT"])
            let volume = try await refusal { try await world.deleteVolume("data-1") }
            #expect(
                reasons(volume) == [
                    "nightly SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT", "snapshot for nightly VOLUME_HAS_SNAPSHOTS",
                    "by-hand VOLUME_HAS_SNAPSHOTS", "data-1 VOLUME_ATTACHED",
                ])
            let server = try await refusal {
                try await world.client.servers.deleteServer(
                    DeleteServerRequest(
                        requestID: world.newID(), server: "web-1", consent: world.consent, deleteVolumes: true))
            }
            #expect(server.reason == "VOLUME_HAS_SNAPSHOTS" && reasons(server).count == 2)

            try await world.deleteServerSnapshot("nightly")
            #expect(
                reasons(try await refusal { try await world.deleteVolume("data-1") }) == [
                    "by-hand VOLUME_HAS_SNAPSHOTS", "data-1 VOLUME_ATTACHED",
                ])
            try await world.deleteSnapshot("by-hand")
            let attached = try await refusal { try await world.deleteVolume("data-1") }
            #expect(attached.reason == "VOLUME_ATTACHED" && reasons(attached) == ["data-1 VOLUME_ATTACHED"])
            // Nothing of its volumes is in the way any more: the server goes with them.
            let answer = try await world.client.servers.deleteServer(
                DeleteServerRequest(
                    requestID: world.newID(), server: "web-1", consent: world.consent, deleteVolumes: true))
            try await world.settled(answer.operation)
            let status = try await world.client.admin.getStatus(GetStatusRequest())
            #expect(status.volumeCount == 0 && status.serverCount == 0 && status.layerCount == 0)
        }
    }

    /// A plan that anything moved under is not executed, whatever moved.
    @Test(arguments: WorldKind.allCases)
    func aStalePlanDoesNothing(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeChain()
            let plan = try await world.plan("data-1")
            #expect(try await world.plan("data-1").hash == plan.hash)
            _ = try await world.takeSnapshot("late", of: "data-1")
            let stale = try await refusal { try await world.start(plan, "data-1") }
            #expect(stale.reason == "PLAN_STALE" && stale.code == .aborted)
            #expect(stale.remedies.first?.command.hasPrefix("holdpoint plan delete vol-") == true)
            #expect(try await world.client.snapshots.listSnapshots(ListSnapshotsRequest()).snapshots.count == 3)

            // The same steps, but one of the things is no longer as it was.
            let same = try await world.plan("data-1")
            _ = try await world.client.snapshots.updateSnapshot(
                UpdateSnapshotRequest(
                    requestID: world.newID(), snapshotID: "late", snapshot: VolumeSnapshot(name: "precious"),
                    updateMask: FieldMask(paths: ["name"])))
            #expect(try await refusal { try await world.start(same, "data-1") }.reason == "PLAN_STALE")
            #expect(try await world.client.snapshots.listSnapshots(ListSnapshotsRequest()).snapshots.count == 3)

            let fresh = try await world.plan("data-1")
            let noConsent = try await refusal {
                try await world.client.plans.executePlan(
                    ExecutePlanRequest(requestID: world.newID(), resource: "data-1", hash: fresh.hash))
            }
            #expect(noConsent.reason == "CONSENT_REQUIRED")
            #expect(try await world.execute(fresh, "data-1").state == .succeeded)
        }
    }

    /// A server with all that it has: its volumes under their own rules.
    @Test(arguments: WorldKind.allCases)
    func aServerGoesWithItsVolumes(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeChain()
            _ = try await world.makeVolume("data-2", on: "web-1")
            let plan = try await world.plan("web-1", deleteVolumes: true)
            #expect(
                plan.steps.map { "\($0.action) \($0.name)" } == [
                    "delete nightly", "delete by-hand", "delete web-1", "delete data-1", "delete data-2",
                ])
            #expect(try await world.execute(plan, "web-1", deleteVolumes: true).state == .succeeded)
            let status = try await world.client.admin.getStatus(GetStatusRequest())
            #expect(status.volumeCount == 0 && status.serverCount == 0 && status.layerCount == 0)
        }
    }

    /// Nobody's data goes with a server unless that is asked for.
    @Test(arguments: WorldKind.allCases)
    func aServersVolumesStay(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let chain = try await world.makeChain()
            let plan = try await world.plan("web-1")
            #expect(plan.steps.map { "\($0.action) \($0.name)" } == ["delete web-1"])
            #expect(try await world.execute(plan, "web-1").state == .succeeded)
            let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: chain.volume))
            #expect(volume.state == .available && volume.serverID.isEmpty && volume.snapshotCount == 2)
        }
    }

    /// Several snapshots in one call: a result each, the same again when it is repeated.
    @Test(arguments: WorldKind.allCases)
    func aBatchHasAResultForEach(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let chain = try await world.makeChain()
            _ = try await world.takeSnapshot("second", of: "data-1")
            let request = BatchDeleteSnapshotsRequest(
                requestID: world.newID(), volume: "data-1",
                snapshots: ["by-hand", chain.member, "nobody", "second"], consent: world.consent)
            var dry = request
            dry.validateOnly = true
            let asked = dry
            let foreseen = try await world.client.snapshots.batchDeleteSnapshots(asked).results
            #expect(
                foreseen.map { $0.error?.reason ?? "" } == ["", "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT", "NOT_FOUND", ""])
            #expect(foreseen.allSatisfy { $0.operation == nil })
            let results = try await world.client.snapshots.batchDeleteSnapshots(request).results
            #expect(
                results.map { $0.error?.reason ?? "" } == [
                    "", "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT", "NOT_FOUND", "",
                ])
            for result in results { try await world.settled(result.operation) }
            let again = try await world.client.snapshots.batchDeleteSnapshots(request).results
            #expect(again.map(\.operation?.id) == results.map(\.operation?.id))
            #expect(again.map(\.error) == results.map(\.error))
            var other = request
            other.snapshots = ["by-hand"]
            let changed = other
            let reused = try await refusal { try await world.client.snapshots.batchDeleteSnapshots(changed) }
            #expect(reused.reason == "REQUEST_ID_REUSED")
            let left = try await world.client.snapshots.listSnapshots(ListSnapshotsRequest()).snapshots
            #expect(left.map(\.id) == [chain.member])
        }
    }
}

/// A volume of a server, with a snapshot of each kind.
struct Chain {
    let server: String
    let volume: String
    let serverSnapshot: String
    let member: String
    let snapshot: String
}

extension World {
    func makeChain() async throws -> Chain {
        let server = try await makeServer("web-1")
        let volume = try await makeVolume("data-1", on: "web-1")
        let owner = try await takeServerSnapshot("nightly", of: "web-1")
        let single = try await takeSnapshot("by-hand", of: "data-1")
        return Chain(
            server: server.id, volume: volume.id, serverSnapshot: owner.id, member: owner.memberIDs[0],
            snapshot: single.id)
    }

    func plan(_ resource: String, deleteVolumes: Bool = false) async throws -> DeletionPlan {
        try await client.plans.planDelete(PlanDeleteRequest(resource: resource, deleteVolumes: deleteVolumes))
    }

    func start(
        _ plan: DeletionPlan, _ resource: String, deleteVolumes: Bool = false
    ) async throws -> HoldpointMessages.Operation {
        let answer = try await client.plans.executePlan(
            ExecutePlanRequest(
                requestID: newID(), resource: resource, hash: plan.hash, consent: consent,
                deleteVolumes: deleteVolumes))
        return try #require(answer.operation)
    }

    /// Executes a plan and waits until it has ended, or is stuck.
    func execute(
        _ plan: DeletionPlan, _ resource: String, deleteVolumes: Bool = false
    ) async throws -> HoldpointMessages.Operation {
        let operation = try await start(plan, resource, deleteVolumes: deleteVolumes)
        return try await client.wait(for: operation, timeout: .seconds(60))
    }
}
