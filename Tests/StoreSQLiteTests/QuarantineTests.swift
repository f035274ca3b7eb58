import Model
import Store
import Testing

@testable import StoreSQLite

@Suite struct QuarantineTests {
    /// root <- middle <- top, the top of a volume.
    private struct House {
        let volume = VolumeID(stored: "vol-a")
        let layers = ["lay-root", "lay-middle", "lay-top"].map { LayerID(stored: $0) }

        func build(in transaction: any WriteTransaction) throws {
            let project = Project(id: ProjectID(stored: "prj-a"), name: "default")
            try transaction.insert(project)
            for (depth, id) in layers.enumerated() {
                let parent = depth == 0 ? nil : layers[depth - 1]
                try transaction.insert(
                    LayerRecord(id: id, parentID: parent, size: .mebibyte, depth: depth, state: .active))
            }
            let header = ResourceHeader(projectID: project.id, attributes: ResourceAttributes(name: "data"), at: now)
            var made = Volume(id: volume, header: header, state: .available, size: .mebibyte, topLayerID: layers[2])
            try transaction.insert(&made, by: author, at: now)
        }
    }

    /// What rests in quarantine is a user of its layer and of all beneath, as a snapshot is.
    @Test func nothingUnderAQuarantinedLayerIsFreed() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open(migrations: Schema.migrations)
        defer { store.close() }
        let house = House()
        try await store.write { transaction in
            try house.build(in: transaction)
            #expect(try transaction.layersFreed(byReleasing: [house.layers[2]]) == house.layers.reversed())
            for _ in 1...2 {
                try transaction.quarantine(
                    house.layers[1], because: .orphaned, origin: .init(unknownFor: house.layers[1]), by: "admin",
                    at: now)
            }
            #expect(try transaction.layersFreed(byReleasing: [house.layers[2]]) == [house.layers[2]])
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
            #expect(try transaction.deadLayers().map(\.id) == [house.layers[2]])
            try transaction.quarantine(
                house.layers[2], because: .abandoned, origin: .init(volume), by: "admin", at: now)
            #expect(try transaction.deadLayers().isEmpty)
            #expect(try transaction.layer(house.layers[2])?.state == .frozen)
            #expect(throws: StoreError.self) { try transaction.deleteLayer(house.layers[2]) }
        }
    }
}

private let author = ChangeAuthor(principal: "admin", source: "test")
private let now = Timestamp(millisecondsSinceEpoch: 1)
