import Model
import Store
import Testing

@testable import StoreSQLite

@Suite struct QuarantineTests {
    /// What rests in quarantine is a user of its layer and of all beneath, as a snapshot is.
    @Test func nothingUnderAQuarantinedLayerIsFreed() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open(migrations: Schema.migrations)
        defer { store.close() }
        let house = House()
        try await store.write { transaction in
            try house.build(in: transaction)
            #expect(try house.freed(in: transaction) == house.layers.reversed())
            for _ in 1...2 {
                try transaction.quarantine(
                    house.layers[1], because: .orphaned, origin: .init(unknownFor: house.layers[1]), by: "admin",
                    at: now)
            }
            #expect(try house.freed(in: transaction) == [house.layers[2]])
        }
        let kept = try await store.read { try $0.quarantined() }
        #expect(kept.map(\.layerID) == [house.layers[1]] && kept.first?.origin.kind == .layer)
    }

    @Test func aQuarantinedLayerIsNeverDead() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open(migrations: Schema.migrations)
        defer { store.close() }
        let house = House()
        try await store.write { transaction in
            try house.build(in: transaction)
            let volume: Volume = try #require(try transaction.get(house.volume))
            try transaction.delete(volume, by: author, at: now)
            let dead = try transaction.deadLayers(among: house.layers).map(\.id)
            #expect(dead == [house.layers[2]])
            try transaction.quarantine(
                house.layers[2], because: .abandoned, origin: .init(volume), by: "admin", at: now)
            #expect(try transaction.deadLayers(among: house.layers).isEmpty)
            #expect(try transaction.layer(house.layers[2])?.state == .frozen)
            #expect(throws: StoreError.self) { try transaction.deleteLayer(house.layers[2]) }
        }
    }
}

private let author = House.author
private let now = House.now
