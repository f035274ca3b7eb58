import Engine
import EngineTestSupport
import Foundation
import HoldpointClient
import HoldpointMessages
import Model
import Synchronization
import Testing

/// `admin check`: finds what was planted and nothing else; a repair only quarantines.
@Suite struct ConsistencyScenario {
    /// What stands after a life full of changes is consistent, on real images too.
    @Test(arguments: WorldKind.allCases) func nothingIsFoundWhereNothingIsWrong(_ kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            for name in ["data-1", "data-2"] { _ = try await world.makeVolume(name, on: "web-1") }
            let cut = try await world.takeServerSnapshot("before", of: "web-1")
            _ = try await world.makeVolume("copy", snapshot: cut.memberIDs[0])
            _ = try await world.takeSnapshot("of-copy", of: "copy")
            try await world.detach("data-2")
            let report = try await world.check()
            #expect(report.clean && report.findings.isEmpty, "\(report.findings)")
            #expect(report.volumeCount == 3 && report.snapshotCount == 3 && report.serverCount == 1)
            #expect(report.layerCount == 6 && report.quarantinedLayerCount == 0)
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let plant: @Sendable (SimulatedEngine, PlantedHouse) async throws -> Void

        init(
            _ reason: String, _ plant: @escaping @Sendable (SimulatedEngine, PlantedHouse) async throws -> Void
        ) {
            testDescription = reason
            self.plant = plant
        }
    }

    static let faults = [
        Fault("LAYER_MISSING") { engine, house in engine.damageLayer(house.frozen) },
        Fault("LAYER_DAMAGED") { engine, house in
            engine.changeLayer(house.detached) { layer in
                layer.isUnsound = true
                layer.version += 1
            }
        },
        Fault("LAYER_CHANGED") { engine, house in engine.changeLayer(house.frozen) { $0.version += 1 } },
        Fault("WRONG_PARENT") { engine, house in engine.changeLayer(house.top) { $0.parent = nil } },
        Fault("WRONG_SIZE") { engine, house in engine.changeLayer(house.detached) { $0.size = .gibibyte } },
        Fault("LAYER_NOT_FROZEN") { engine, house in engine.changeLayer(house.frozen) { $0.isFrozen = false } },
        Fault("ACTIVE_LAYER_FROZEN") { engine, house in engine.changeLayer(house.detached) { $0.isFrozen = true } },
        Fault("SERVER_NOT_SERVING") { engine, house in
            try await engine.detach(house.volume, from: house.server, force: true)
        },
        Fault("STRAY_PROCESS") { engine, _ in
            try await engine.startServer(ServerID(stored: "srv-aaaaaaaaaaaa"), as: .external)
        },
        Fault("ORPHANED_LAYER") { engine, house in
            engine.changeLayer(LayerID(stored: "lay-aaaaaaaaaaaa")) { $0.parent = house.frozen }
        },
        Fault("STRAY_FILE") { engine, _ in engine.addStrayFile("notes.txt") },
    ]

    @Test(arguments: faults) func aPlantedFaultIsFound(_ fault: Fault) async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world, house in
            let before = try await world.check()
            #expect(before.findings.isEmpty && before.uncheckedLayerCount == 0)
            // The keeper may serve a volume again before the check has seen twice that it is not served.
            let tries = fault.testDescription == "SERVER_NOT_SERVING" ? 10 : 1
            var reasons: Set<String> = []
            for _ in 1...tries where reasons.isEmpty {
                try await fault.plant(engine, house)
                reasons = Set(try await world.check().findings.map(\.reason))
            }
            #expect(reasons == [fault.testDescription])
        }
    }

    /// What was looked into and has not changed is not looked into again.
    @Test func nothingIsLookedIntoTwice() async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world, house in
            _ = try await world.check()
            let looks = engine.callCount(of: .verify)
            #expect(looks == 2, "the frozen layer, and the one that is open nowhere")
            #expect(try await world.check().uncheckedLayerCount == 0)
            #expect(engine.callCount(of: .verify) == looks)
            engine.changeLayer(house.detached) { $0.version += 1 }
            _ = try await world.check()
            #expect(engine.callCount(of: .verify) == looks + 1)
        }
    }

    /// However much is wrong, the answer is one that can be sent, and the worst is in it.
    @Test func theWorstIsTold() async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world, house in
            for number in 1...20_000 { engine.addStrayFile("notes-\(number)") }
            try await engine.startServer(ServerID(stored: "srv-aaaaaaaaaaaa"), as: .external)
            let report = try await world.check()
            #expect(report.findings.count == 1_000 && report.omittedFindingCount == 19_001 && !report.clean)
            #expect(report.findings.allSatisfy { $0.severity == .error })
        }
    }

    @Test func aRepairQuarantinesWhatNobodyKnows() async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world, house in
            let orphan = LayerID(stored: "lay-aaaaaaaaaaaa")
            let onOrphan = LayerID(stored: "lay-bbbbbbbbbbbb")
            let lost = LayerID(stored: "lay-cccccccccccc")
            engine.changeLayer(orphan) { $0.parent = house.frozen }
            engine.changeLayer(onOrphan) { $0.parent = orphan }
            engine.changeLayer(lost) { $0.parent = LayerID(stored: "lay-dddddddddddd") }
            engine.addStrayFile("notes.txt")
            let found = try await world.check()
            #expect(!found.clean && found.findings.count == 4, "\(found.findings)")

            let repaired = try await world.check(repair: true)
            #expect(repaired.clean && repaired.findings.allSatisfy(\.repaired), "\(repaired.findings)")
            #expect(repaired.quarantinedLayerCount == 2)
            #expect(engine.isFrozen(orphan) && engine.isFrozen(onOrphan))
            let after = try await world.check()
            #expect(after.clean && after.findings.isEmpty && after.quarantinedLayerCount == 2, "\(after.findings)")

            // What they rest on outlives its volume and its snapshot.
            try await world.deleteSnapshot("before")
            try await world.detach("data-1")
            try await world.deleteVolume("data-1")
            #expect(try await engine.allLayers().isSuperset(of: [house.frozen, orphan, onOrphan]))
            #expect(try await world.check().findings.isEmpty)
        }
    }

    /// While users change everything, nothing is said to be wrong.
    @Test func nothingIsFoundWhileUsersAreAtWork() async throws {
        try await with(SimulatedEngine()) { world, _ in
            let users = UsersAtWork(world: world)
            async let work: Void = users.work()
            var checks = 0
            // Both go on long enough to meet, whichever is faster.
            repeat {
                checks += 1
                let findings = try await world.check().findings
                #expect(findings.isEmpty, "\(findings)")
            } while users.areAtWork && (checks < 20 || users.rounds < 5)
            #expect(users.areAtWork, "they gave up after \(users.rounds) rounds")
            users.stop()
            try await work
        }
    }

    /// The layers of a server with one attached volume, once cut, and of a detached one.
    struct PlantedHouse: Sendable {
        let server: ServerID
        let volume: VolumeID
        let frozen: LayerID
        let top: LayerID
        let detached: LayerID
    }

    private func with(
        _ engine: SimulatedEngine, _ scenario: @escaping @Sendable (World, PlantedHouse) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try await InProcessWorld.with(directory.path, engine: engine) { world, house in
            let server = try await world.makeServer("web-1")
            let volume = try await world.makeVolume("data-1", on: "web-1")
            let snapshot = try await world.takeSnapshot("before", of: "data-1")
            let detached = try await world.makeVolume("data-2")
            let rows = try await house.store.read { try $0.allRows() }
            func top(_ id: String) throws -> LayerID {
                try #require(rows.volumes.first { $0.id.rawValue == id }?.topLayerID)
            }
            let frozen = try #require(rows.snapshots.first { $0.id.rawValue == snapshot.id }?.layerID)
            try await scenario(
                world,
                PlantedHouse(
                    server: ServerID(stored: server.id), volume: VolumeID(stored: volume.id), frozen: frozen,
                    top: try top(volume.id), detached: try top(detached.id)))
        }
    }
}

/// Somebody who makes, cuts and deletes volumes, round after round, until told to stop or a call fails.
private final class UsersAtWork: Sendable {
    private let world: World
    private let state = Mutex((rounds: 0, areAtWork: true))

    init(world: World) {
        self.world = world
    }

    var rounds: Int { state.withLock { $0.rounds } }
    var areAtWork: Bool { state.withLock { $0.areAtWork } }

    func work() async throws {
        defer { stop() }
        while areAtWork { try await makeRound() }
    }

    func stop() {
        state.withLock { $0.areAtWork = false }
    }

    private func makeRound() async throws {
        let name = "busy-\(rounds + 1)"
        _ = try await world.makeVolume(name, on: "web-1")
        _ = try await world.takeSnapshot(name, of: name)
        try await world.deleteSnapshot(name)
        try await world.detach(name)
        try await world.deleteVolume(name)
        state.withLock { $0.rounds += 1 }
    }
}

extension World {
    func check(repair: Bool = false) async throws -> HoldpointMessages.ConsistencyReport {
        try await client.admin.checkConsistency(CheckConsistencyRequest(repair: repair))
    }
}
