import Engine
import Logging
import Model
import Store
import Testing

@testable import Manager

/// Layers that a crash left behind are found however many there are, and nothing else is touched.
@Suite struct LayerWalkScenario {
    private func with(_ scenario: (ManagedHouse, SimulatedEngine, World) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        let house = try await ManagedHouse(directory.path + "/state", engine: engine, hasUpkeep: false)
        do {
            try await scenario(house, engine, house.world(directory.path))
        } catch {
            await house.close()
            throw error
        }
        await house.close()
    }

    private func layers(_ house: ManagedHouse) async throws -> Set<LayerID> {
        Set(try await house.store.read { try $0.layers() }.map(\.id))
    }

    /// A chain that nothing needs, longer than what is looked at and taken at once.
    private func leaveChain(_ length: Int, in house: ManagedHouse, _ engine: SimulatedEngine) async throws {
        let rows = (0..<length).map { number in
            LayerRecord(
                // Those on top come last in the order of ids, so that the walk is behind what they rest on.
                id: LayerID(stored: "lay-left\(1_000_000 + number)"),
                parentID: number == 0 ? nil : LayerID(stored: "lay-left\(1_000_000 + number - 1)"), size: .mebibyte,
                depth: number, state: .frozen)
        }
        try await house.store.write { transaction in for row in rows { try transaction.insert(row) } }
    }

    @Test func aLongChainThatNothingNeedsGoesInOneRound() async throws {
        try await with { house, engine, world in
            _ = try await world.makeVolume("data-1")
            let before = try await layers(house)
            try await leaveChain(2 * LayerWalk.lookedAtOnce + 10, in: house, engine)
            var walk = LayerWalk()
            try await house.manager.collectDeadLayers(&walk)
            #expect(try await layers(house) == before && walk.place == nil)
        }
    }

    /// What gets a user between the look and the change stays.
    @Test func aLayerThatIsNeededAgainStays() async throws {
        try await with { house, engine, _ in
            try await leaveChain(1, in: house, engine)
            let layer = LayerID(stored: "lay-left1000000")
            let found = try await house.store.read { try $0.deadLayers(after: nil, lookingAt: 10) }
            #expect(found.dead == [layer])
            try await house.store.write { transaction in
                try transaction.quarantine(
                    layer, because: .orphaned, origin: .init(unknownFor: layer), by: "admin", at: ManagedHouse.now())
            }
            #expect(try await house.store.read { try $0.deadLayers(among: [layer]) }.isEmpty)
            var walk = LayerWalk()
            try await house.manager.collectDeadLayers(&walk)
            #expect(try await layers(house).contains(layer))
        }
    }

    /// One that cannot be deleted keeps no other, and is tried again in the next round.
    @Test func aLayerThatCannotBeDeletedKeepsNoOther() async throws {
        try await with { house, engine, _ in
            for number in 0..<3 {
                let row = LayerRecord(
                    id: LayerID(stored: "lay-single\(number)"), parentID: nil, size: .mebibyte, depth: 0,
                    state: .frozen)
                try await house.store.write { try $0.insert(row) }
            }
            engine.inject(.fails(EngineError(.failed, "held")), into: .deleteLayer)
            var walk = LayerWalk()
            try await house.manager.collectDeadLayers(&walk)
            #expect(try await layers(house).count == 1)
            try await house.manager.collectDeadLayers(&walk)
            #expect(try await layers(house).isEmpty)
        }
    }
}
