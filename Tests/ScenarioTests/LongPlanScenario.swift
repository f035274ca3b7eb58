import Engine
import Foundation
import HoldpointClient
import HoldpointMessages
import HoldpointRPC
import Manager
import Store
import Testing

/// Plans of many steps: made beside the writer, accepted whole or not at all, and carried out at the same cost a step
/// however many there are. One after the other: with the descriptors of so many houses at once Foundation's `Process`,
/// which other scenarios use, crashes.
@Suite(.serialized) struct LongPlanScenario {
    /// With this a chain of a few snapshots is a long plan.
    static let turn = 2

    /// What happens to something that a plan is about.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (World) async throws -> Void
    }

    static let changes: [Change] = [
        Change(testDescription: "a snapshot of the volume") { _ = try await $0.takeSnapshot("late", of: "data-1") },
        Change(testDescription: "a server snapshot") { _ = try await $0.takeServerSnapshot("late", of: "web-1") },
        Change(testDescription: "a snapshot's protection") { try await $0.protect("single-1") },
        Change(testDescription: "a member's protection") { world in
            let owner = try await world.client.serverSnapshots.getServerSnapshot(
                GetServerSnapshotRequest(serverSnapshot: "whole-1"))
            try await world.protect(owner.memberIDs[0])
        },
        Change(testDescription: "a snapshot that is gone") { try await $0.deleteSnapshot("single-2") },
        Change(testDescription: "a server snapshot that is gone") { try await $0.deleteServerSnapshot("whole-2") },
        Change(testDescription: "another volume of the server") { _ = try await $0.makeVolume("late", on: "web-1") },
        Change(testDescription: "a volume less on the server") { try await $0.detach("data-2") },
        Change(testDescription: "a name") { world in
            _ = try await world.client.servers.updateServer(
                UpdateServerRequest(
                    requestID: world.newID(), serverID: "web-1", server: Server(name: "web-9"),
                    updateMask: FieldMask(paths: ["name"])))
        },
    ]

    @Test(arguments: changes, [turn, ResourceManager.turnResourceCount])
    func whateverChangesAfterThePlanNothingIsDone(_ change: Change, turn: Int) async throws {
        try await Self.with(turn: turn) { world, house, _ in
            let server = try await world.furnish(wholes: 2, singles: 2)
            let plan = try await world.plan(server, deleteVolumes: true)
            try await change.make(world)
            let before = try await house.store.read { try $0.lastSequence() }
            let stale = try await refusal { try await world.start(plan, server, deleteVolumes: true) }
            #expect(stale.reason == "PLAN_STALE" && stale.code == .aborted)
            #expect(try await house.store.read { try $0.lastSequence() } == before)
        }
    }

    /// Between the look and the writer, and between two turns: the plan that was looked at counts no more.
    @Test(arguments: [(turn, 1), (turn, 2), (turn, 3), (turn, 4), (ResourceManager.turnResourceCount, 1)])
    func nothingSlipsInBeforeASnapshotIsHeld(turn: Int, commit: Int) async throws {
        try await Self.with(turn: turn) { world, house, store in
            let server = try await world.furnish(wholes: 2, singles: 3)
            let plan = try await world.plan(server, deleteVolumes: true)
            // The last one that is held: in no turn before this one has it been.
            store.interfere(beforeCommit: commit) { transaction in
                try transaction.execute(
                    """
                    UPDATE volume_snapshot SET deletion_protection = 1, operation_id = NULL,
                        revision = (SELECT MAX(sequence) + 1 FROM event) WHERE name = 'single-3'
                    """, [])
                try transaction.execute(
                    """
                    INSERT INTO event SELECT MAX(sequence) + 1, project_id, time, principal, source, 'updated',
                        'snapshot', (SELECT id FROM volume_snapshot WHERE name = 'single-3'), NULL, '', '', NULL, 0, ''
                    FROM event
                    """, [])
            }
            let request = ExecutePlanRequest(
                requestID: world.newID(), resource: server, hash: plan.hash, consent: world.consent,
                deleteVolumes: true)
            let stale = try await refusal { try await world.client.plans.executePlan(request) }
            #expect(stale.reason == "PLAN_STALE" && stale.code == .aborted)
            try await world.checkAllIsFree(house, "after a plan that was stale at commit \(commit)")
            // A refusal is not remembered: the same request is judged anew.
            let again = try await refusal { try await world.client.plans.executePlan(request) }
            #expect(again.reason == "PLAN_STALE")
            let open = try await world.client.operations.listOperations(
                ListOperationsRequest(filter: "kind = EXECUTE_PLAN"))
            #expect(open.operations.allSatisfy { $0.state == .failed && $0.error?.reason == "PLAN_STALE" })
            #expect(open.operations.count == (commit == 1 ? 0 : 1))
        }
    }

    /// What has nothing to do with the plan does not matter.
    @Test func whatElseHappensDoesNotMatter() async throws {
        try await Self.with(turn: Self.turn) { world, _, store in
            let server = try await world.furnish(wholes: 2, singles: 2)
            _ = try await world.makeVolume("elsewhere")
            let plan = try await world.plan(server, deleteVolumes: true)
            store.interfere(beforeCommit: 1) { transaction in
                try transaction.execute(
                    """
                    INSERT INTO event SELECT MAX(sequence) + 1, project_id, time, principal, source, 'updated',
                        'volume', (SELECT id FROM volume WHERE name = 'elsewhere'), NULL, '', '', NULL, 0, ''
                    FROM event
                    """, [])
            }
            let ended = try await world.execute(plan, server, deleteVolumes: true)
            #expect(ended.state == .succeeded && ended.steps.first?.name == "hold-snapshots")
            #expect(ended.steps.count == plan.steps.count + 1 && ended.stepCount == UInt32(ended.steps.count))
            let status = try await world.client.admin.getStatus(GetStatusRequest())
            #expect(status.snapshotCount == 0 && status.volumeCount == 1 && status.layerCount == 1)
        }
    }

    /// A copy that is made of a snapshot before its turn keeps the layers that it rests on.
    @Test func aCopyThatIsMadeInBetweenStaysWhole() async throws {
        try await Self.with(turn: Self.turn) { world, house, store in
            let server = try await world.furnish(wholes: 1, singles: 3)
            let plan = try await world.plan(server, deleteVolumes: true)
            store.interfere(beforeCommit: 3) { transaction in
                try transaction.execute(
                    """
                    INSERT INTO layer (id, parent_id, size_bytes, depth, state)
                    SELECT 'lay-aaaaaaaaaaaa', layer_id, size_bytes, 1, 'PREPARED' FROM volume_snapshot
                    WHERE name = 'single-2'
                    """, [])
            }
            #expect(try await world.execute(plan, server, deleteVolumes: true).state == .succeeded)
            let chain = try await house.store.read { try $0.chain(to: .init(stored: "lay-aaaaaaaaaaaa")) }
            #expect(chain.count > 1 && chain.first?.depth == 0)
        }
    }

    /// Ten times as many steps take ten times the statements, and no write gets longer.
    @Test func theCostOfAStepDoesNotGrow() async throws {
        let (few, many) = (try await Self.cost(singles: 20), try await Self.cost(singles: 200))
        // A statement a kind of thing, and what goes on beside it.
        #expect(few.planning.statements < 30 && many.planning.statements < 30)
        #expect(Double(many.planning.rows) < 11 * Double(few.planning.rows))
        #expect(Double(many.executing.statements) < 11 * Double(few.executing.statements))
        #expect(Double(many.executing.rows) < 11 * Double(few.executing.rows))
        // A turn's snapshots, or a step's: rows that are read to be changed, changed, and told of.
        #expect(many.executing.largestWrite <= few.executing.largestWrite + 250, "steps are inserted by one statement")
    }

    private static func cost(
        singles: Int
    ) async throws -> (planning: ObservedStore.Cost, executing: ObservedStore.Cost) {
        var result: (ObservedStore.Cost, ObservedStore.Cost) = (.init(), .init())
        try await with(turn: 8) { world, house, store in
            let server = try await world.furnish(wholes: 0, singles: 1)
            try await house.plant(singles, like: "single-1")
            _ = store.takeCost()
            let plan = try await world.plan(server, deleteVolumes: true)
            let planning = store.takeCost()
            #expect(plan.steps.count == singles + 1 + 3)
            #expect(try await world.execute(plan, server, deleteVolumes: true).state == .succeeded)
            result = (planning, store.takeCost())
        }
        return result
    }

    /// More than that is refused by name, with the way out, and so is the deletion alone.
    @Test func aPlanOfTooManyStepsIsRefused() async throws {
        try await Self.with(turn: Self.turn) { world, house, _ in
            _ = try await world.furnish(wholes: 0, singles: 1)
            try await world.detach("data-1")
            // With the volume itself these are 10,000.
            try await house.plant(9_998, like: "single-1")
            let plan = try await world.plan("data-1")
            #expect(plan.steps.count == 10_000)
            let long = try await refusal { try await world.deleteVolume("data-1") }
            #expect(long.reason == "VOLUME_HAS_SNAPSHOTS" && long.blockers.count == 9_999)
            try await house.plant(1, like: "single-1", "one-more-")
            for status in [
                try await refusal { try await world.plan("data-1") },
                try await refusal { try await world.start(plan, "data-1") },
                try await refusal { try await world.deleteVolume("data-1") },
            ] {
                #expect(status.reason == "VOLUME_HAS_SNAPSHOTS" && status.code == .failedPrecondition)
                #expect(status.message.contains("10000 steps") && status.message.contains("in parts"))
                #expect(status.remedies.first?.command.hasPrefix("holdpoint snapshot list --volume vol-") == true)
            }
        }
    }

    // MARK: The world

    private static func with(
        turn: Int, _ scenario: (World, ManagedHouse, ObservedStore) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        var observed: ObservedStore?
        let house = try await ManagedHouse(
            directory.path + "/state", engine: SimulatedEngine(), turnResourceCount: turn,
            wrap: { store in
                let made = ObservedStore(store)
                observed = made
                return made
            })
        do {
            try await scenario(house.world(directory.path), house, try #require(observed))
        } catch {
            await house.close()
            throw error
        }
        await house.close()
    }
}

extension World {
    /// A server with two volumes, server snapshots of both, and snapshots of the first alone.
    fileprivate func furnish(wholes: Int, singles: Int) async throws -> String {
        let server = try await makeServer("web-1")
        for name in ["data-1", "data-2"] { _ = try await makeVolume(name, mebibytes: 1, on: "web-1") }
        for number in 0..<wholes { _ = try await takeServerSnapshot("whole-\(number + 1)", of: "web-1") }
        for number in 0..<singles { _ = try await takeSnapshot("single-\(number + 1)", of: "data-1") }
        return server.id
    }

    fileprivate func protect(_ snapshot: String) async throws {
        _ = try await client.snapshots.updateSnapshot(
            UpdateSnapshotRequest(
                requestID: newID(), snapshotID: snapshot, snapshot: VolumeSnapshot(deletionProtection: true),
                updateMask: FieldMask(paths: ["deletion_protection"])))
    }

    /// Nothing is busy, nothing is going away, and nothing shows a failure.
    fileprivate func checkAllIsFree(_ house: ManagedHouse, _ when: Comment) async throws {
        let busy = try await house.store.read { transaction in
            try transaction.rows(
                """
                SELECT name || ' ' || state FROM volume_snapshot
                    WHERE operation_id IS NOT NULL OR state <> 'AVAILABLE' OR failure IS NOT NULL
                UNION ALL SELECT name || ' ' || state FROM server_snapshot
                    WHERE operation_id IS NOT NULL OR state <> 'AVAILABLE' OR failure IS NOT NULL
                UNION ALL SELECT name || ' ' || state FROM volume
                    WHERE operation_id IS NOT NULL OR state <> 'IN_USE' OR failure IS NOT NULL
                UNION ALL SELECT name || ' ' || state FROM server
                    WHERE operation_id IS NOT NULL OR state <> 'RUNNING' OR failure IS NOT NULL
                """, []
            ) { try $0.text(0) }
        }
        #expect(busy == [], when)
    }
}

extension ManagedHouse {
    /// More snapshots like one, without their operations.
    fileprivate func plant(_ count: Int, like name: String, _ prefix: String = "planted-") async throws {
        try await store.write { transaction in
            try transaction.execute(
                """
                WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
                INSERT INTO volume_snapshot (id, project_id, name, description, labels, deletion_protection, state,
                    state_since, create_time, revision, failure, operation_id, volume_id, server_snapshot_id,
                    size_bytes, layer_id, consistency, cut_time, slot)
                SELECT 'vsnap-' || ? || n, project_id, ? || n, '', '{}', 0, state, state_since, create_time + n,
                    revision, NULL, NULL, volume_id, NULL, size_bytes, layer_id, consistency, cut_time, NULL
                FROM volume_snapshot, number WHERE name = ?
                """, [.integer(Int64(count)), .text(prefix), .text(prefix), .text(name)])
        }
    }
}
