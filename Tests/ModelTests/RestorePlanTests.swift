import Model
import Testing

/// What a restore makes of a backup's rows and of what is on the disk.
@Suite struct RestorePlanTests {
    private static let fresh = LayerID(stored: "lay-fresh")
    private static let newer = LayerID(stored: "lay-newer")
    private static let newest = LayerID(stored: "lay-newest")

    private func plan(_ house: House) -> RestorePlan {
        RestorePlan(house.rows, house.facts.inventory, at: House.now) { Self.fresh }
    }

    @Test func nothingButServersChangesWhereNothingHappenedSince() throws {
        let plan = plan(House())
        #expect(plan.quarantined.isEmpty && plan.overlays.isEmpty && plan.droppedLayers.isEmpty)
        #expect(plan.frozen == [House.root] && plan.strays.isEmpty && plan.rejectedLayers.isEmpty)
        let server = try #require(plan.servers.updated.first)
        #expect(server.state == .stopped && server.desiredState == .stopped)
        #expect(plan.volumes.updated.map(\.writerWasKilled) == [true])
        #expect(plan.snapshots.updated.isEmpty)
    }

    /// Snapshots and writes after the backup: what they made is quarantined under its volume, and the volume's old top,
    /// which their headers name, is never opened for writing again.
    @Test func newerDataIsQuarantinedAndItsBaseNeverWritten() throws {
        var house = House()
        house.facts.inventory.layers[House.top]?.isWritable = false
        house.addFile(Self.newer, on: House.top, isWritable: false)
        house.addFile(Self.newest, on: Self.newer)
        let plan = plan(house)
        #expect(plan.quarantined.map(\.layerID) == [Self.newer, Self.newest])
        #expect(plan.quarantined.allSatisfy { $0.origin.id == House.volumeID.rawValue && $0.origin.name == "data" })
        let overlay = try #require(plan.overlays.first)
        #expect(overlay.layer.id == Self.fresh && overlay.layer.parentID == House.top && !overlay.exists)
        #expect(overlay.layer.depth == 2)
        #expect(plan.volumes.updated.map(\.topLayerID) == [Self.fresh])
        #expect(Set(plan.frozen) == [House.root, House.top, Self.newer, Self.newest])
        #expect(plan.layers.first { $0.id == House.top }?.state == .frozen)
        #expect(plan.layers.filter { $0.state == .active }.map(\.id) == [Self.fresh])
    }

    /// A frozen top stays frozen, even if what rested on it is gone.
    @Test func aTopThatWasFrozenIsNeverWritten() {
        var house = House()
        house.facts.inventory.layers[House.top]?.isWritable = false
        #expect(plan(house).volumes.updated.map(\.topLayerID) == [Self.fresh])
    }

    /// Running it again: the empty layer that the first run made serves again.
    @Test func anEmptyOverlayIsUsedAgain() {
        var house = House()
        house.facts.inventory.layers[House.top]?.isWritable = false
        house.addFile(Self.newer, on: House.top, holdsData: false)
        let plan = plan(house)
        #expect(plan.quarantined.isEmpty)
        #expect(plan.overlays.map(\.exists) == [true] && plan.volumes.updated.map(\.topLayerID) == [Self.newer])
        #expect(plan.layers.filter { $0.id == Self.newer }.map(\.state) == [.active])
    }

    @Test func theHeadersAreRight() throws {
        var house = House()
        house.facts.inventory.layers[House.top]?.parent = .none
        house.facts.inventory.layers[House.top]?.size = .gibibyte
        let plan = plan(house)
        let top = try #require(plan.layers.first { $0.id == House.top })
        #expect(top.parentID == nil && top.depth == 0 && top.size == .gibibyte)
        #expect(plan.volumes.updated.map(\.size) == [.gibibyte])
    }

    @Test func whatLostItsDataIsInErrorAndDetached() throws {
        var house = House()
        house.facts.inventory.layers[House.root] = nil
        let plan = plan(house)
        let volume = try #require(plan.volumes.updated.first)
        #expect(volume.state == .error && volume.placement == nil)
        #expect(volume.header.failure?.step == "restore" && volume.header.failure?.reason == "DATA_DAMAGED")
        #expect(plan.snapshots.updated.map(\.state) == [.error])
        // The rows stay, for what names them; the top's file stays where it is.
        #expect(Set(plan.layers.map(\.id)) == [House.root, House.top] && plan.rejectedLayers.isEmpty)
    }

    @Test func whatRestsOnNothingIsMovedAside() {
        var house = House()
        house.addFile(Self.newer, on: LayerID(stored: "lay-gone"))
        house.facts.inventory.strays = [.file("notes.txt", layerID: nil)]
        let plan = plan(house)
        #expect(plan.rejectedLayers == [Self.newer] && plan.strays.map(\.name) == ["notes.txt"])
        #expect(plan.quarantined.isEmpty)
    }

    struct Interrupted: Sendable {
        let state: Volume.State
        let outcome: Volume.State
        let isAttached: Bool
    }

    @Test(arguments: [
        Interrupted(state: .creating, outcome: .available, isAttached: false),
        Interrupted(state: .attaching, outcome: .available, isAttached: false),
        Interrupted(state: .detaching, outcome: .available, isAttached: false),
        Interrupted(state: .resizing, outcome: .inUse, isAttached: true),
        Interrupted(state: .reverting, outcome: .inUse, isAttached: true),
        Interrupted(state: .inUse, outcome: .inUse, isAttached: true),
        Interrupted(state: .deleting, outcome: .errorDeleting, isAttached: true),
    ])
    func openOperationsFail(_ interrupted: Interrupted) throws {
        var house = House()
        house.beginOperation(interrupted.state)
        let plan = plan(house)
        #expect(plan.operations.map(\.state) == [.failed])
        #expect(plan.operations.first?.problem?.reason == "METADATA_RESTORED")
        let volume = try #require(plan.volumes.updated.first)
        #expect(volume.state == interrupted.outcome && volume.header.operationID == nil)
        #expect((volume.placement != nil) == interrupted.isAttached)
    }

    @Test func aVolumeWithoutItsLayerThatWasBeingMadeGoes() {
        var house = House()
        house.beginOperation(.creating) { $0.facts.inventory.layers[House.top] = nil }
        let plan = plan(house)
        #expect(plan.volumes.removed.map(\.id) == [House.volumeID] && plan.droppedLayers == [House.top])
    }

    /// The cut may have happened: what it made is kept, and the old top is not written.
    @Test func aSnapshotThatWasBeingTakenGoesAndItsOverlayIsKept() {
        var house = House()
        house.beginOperation(.inUse) { house in
            house.add(Self.newer, on: House.top, .possiblyActive)
            house.rows.snapshots.append(
                house.snapshot(SnapshotID(stored: "vsnap-b"), "b", layer: House.top, .creating))
        }
        let plan = plan(house)
        #expect(plan.snapshots.removed.map(\.header.name) == ["b"])
        #expect(plan.quarantined.map(\.layerID) == [Self.newer] && plan.overlays.map(\.layer.id) == [Self.fresh])
    }
}
