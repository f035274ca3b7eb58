import Engine
import HoldpointClient
import Model
import Store
import Testing

/// Layers that nobody needs any more and no deletion took along: what a crash left, or two deletions to each other.
@Suite struct CollectorScenario {
    @Test func whatNobodyNeedsGoesAfterTheNextStart() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        let dead = ["lay-aaaaaaaaaaaa", "lay-bbbbbbbbbbbb"].map { LayerID(stored: $0) }
        try await InProcessWorld.with(directory.path, engine: engine) { world, house in
            _ = try await world.makeVolume("data-1", mebibytes: 1)
            let snapshot = try await world.takeSnapshot("first", of: "data-1")
            let used = try await house.store.read { transaction in
                try #require(try (transaction.get(SnapshotID(stored: snapshot.id)) as Model.VolumeSnapshot?)?.layerID)
            }
            // One on the other, both on what a snapshot names: that stays.
            try await house.leave(dead, on: used, in: engine)
        }
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            try await untilTrue {
                try await world.client.admin.getStatus(GetStatusRequest()).layerCount == 2
            }
            let left = try await engine.allLayers()
            #expect(left.isDisjoint(with: dead) && left.count == 2)
            let report = try await world.check()
            #expect(report.findings.isEmpty, "\(report.findings.map(\.message))")
            _ = try await world.makeVolume("copy", mebibytes: 1, snapshot: "first")
        }
    }
}

extension ManagedHouse {
    /// Leaves frozen layers behind, each on the one before it.
    fileprivate func leave(_ layers: [LayerID], on base: LayerID, in engine: SimulatedEngine) async throws {
        var parent = base
        for (index, id) in layers.enumerated() {
            let below = parent
            let row = LayerRecord(id: id, parentID: below, size: .mebibyte, depth: index + 1, state: .frozen)
            engine.changeLayer(id) { layer in
                layer.parent = below
                layer.isFrozen = true
            }
            try await store.write { try $0.insert(row) }
            parent = id
        }
    }
}
