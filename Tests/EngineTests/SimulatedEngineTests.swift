import Engine
import EngineTestSupport
import Model
import Testing

/// Ids and layers for tests of the simulated engine.
private struct Fixture {
    let engine = SimulatedEngine(total: .gibibyte)
    let server: ServerID
    let volume: VolumeID
    let root: Layer
    let overlay: Layer

    init() {
        var generator = SystemRandomNumberGenerator()
        server = ServerID(random: &generator)
        volume = VolumeID(random: &generator)
        root = Layer(id: LayerID(random: &generator), size: .mebibyte)
        overlay = Layer(id: LayerID(random: &generator), size: .mebibyte)
    }

    var chain: VolumeChain { VolumeChain(volume: volume, layers: [root]) }
    var cutChain: VolumeChain { VolumeChain(volume: volume, layers: [root, overlay]) }
    var cut: Cut { Cut(chain: chain, overlay: overlay) }

    func attached() async throws -> Fixture {
        try await engine.createLayer(root, over: [])
        try await engine.startServer(server, as: .external)
        try await engine.attach(chain, to: server)
        return self
    }
}

@Suite struct SimulatedEngineTests {
    @Test func snapshotKeepsWhatWasWrittenBeforeTheCut() async throws {
        let world = try await Fixture().attached()
        try world.engine.write([1], toBlock: 0, of: world.volume)
        try await world.engine.prepareCut([world.cut], of: world.server)
        #expect(try await world.engine.cut([world.cut], of: world.server) == SimulatedEngine.cutDuration)
        try world.engine.write([2], toBlock: 0, of: world.volume)

        #expect(try world.engine.readBlock(0, ofLayer: world.root.id).first == 1)
        #expect(try world.engine.readBlock(0, of: world.volume).first == 2)
        #expect(world.engine.isFrozen(world.root.id))
        #expect(!world.engine.isFrozen(world.overlay.id))
    }

    @Test func everyCallMayBeRepeated() async throws {
        let world = try await Fixture().attached()
        let engine = world.engine
        for _ in 1...2 { try await engine.createLayer(world.root, over: []) }
        for _ in 1...2 { try await engine.startServer(world.server, as: .external) }
        for _ in 1...2 { try await engine.attach(world.chain, to: world.server) }
        for _ in 1...2 { try await engine.prepareCut([world.cut], of: world.server) }
        for _ in 1...2 { try await engine.cut([world.cut], of: world.server) }
        for _ in 1...2 { try await engine.resize(world.cutChain, to: .gibibyte, in: world.server) }
        for _ in 1...2 { try await engine.detach(world.volume, from: world.server, force: false) }
        for _ in 1...2 { try await engine.stopServer(world.server) }
        for _ in 1...2 { try await engine.deleteLayer(world.overlay.id) }
        for _ in 1...2 { try await engine.discardCut([world.cut], of: nil) }
        #expect(try await engine.allLayers() == [world.root.id])
    }

    @Test func discardedCutLeavesTheVolumeAsItWas() async throws {
        let world = try await Fixture().attached()
        try await world.engine.prepareCut([world.cut], of: world.server)
        try await world.engine.discardCut([world.cut], of: world.server)
        #expect(try await world.engine.allLayers() == [world.root.id])
        #expect(try await world.engine.observe(world.server)?.activeLayers == [world.volume: world.root.id])
    }

    @Test func activeOverlayIsNotDiscarded() async throws {
        let world = try await Fixture().attached()
        try await world.engine.prepareCut([world.cut], of: world.server)
        try await world.engine.cut([world.cut], of: world.server)
        await #expect(throws: EngineError.self) { try await world.engine.discardCut([world.cut], of: world.server) }
    }

    @Test func cutOfADeadProcessCountsAsMade() async throws {
        let world = try await Fixture().attached()
        try await world.engine.prepareCut([world.cut], of: world.server)
        world.engine.killServer(world.server)
        #expect(try await world.engine.cut([world.cut], of: world.server) == .zero)
        #expect(world.engine.isFrozen(world.root.id))
        try await world.engine.startServer(world.server, as: .external)
        try await world.engine.attach(world.cutChain, to: world.server)
    }

    @Test func frozenLayerIsNotAttachedForWriting() async throws {
        let world = try await Fixture().attached()
        try await world.engine.detach(world.volume, from: world.server, force: false)
        try await world.engine.prepareCut([world.cut], of: nil)
        try await world.engine.cut([world.cut], of: nil)
        await #expect(throws: EngineError.self) { try await world.engine.attach(world.chain, to: world.server) }
    }

    @Test func layerThatAnotherRestsOnIsNotDeleted() async throws {
        let world = try await Fixture().attached()
        try await world.engine.stopServer(world.server)
        try await world.engine.createLayer(world.overlay, over: [world.root])
        await #expect(throws: EngineError.self) { try await world.engine.deleteLayer(world.root.id) }
    }

    @Test func clientsKeepAVolumeAttachedUnlessForced() async throws {
        let world = try await Fixture().attached()
        try world.engine.connectClient("unix:pid=7 (nbdcopy)", to: world.volume, of: world.server)
        let error = await #expect(throws: EngineError.self) {
            try await world.engine.detach(world.volume, from: world.server, force: false)
        }
        #expect(error?.reason == .volumeHasClients)
        #expect(error?.message.contains("nbdcopy") == true)
        try await world.engine.detach(world.volume, from: world.server, force: true)
        #expect(try await world.engine.observe(world.server)?.activeLayers == [:])
    }

    @Test func noRoomIsStorageFull() async throws {
        let world = try await Fixture().attached()
        world.engine.setTotal(.zero)
        let error = await #expect(throws: EngineError.self) {
            try await world.engine.prepareCut([world.cut], of: world.server)
        }
        #expect(error?.reason == .storageFull)
    }
}

@Suite struct SimulatedFaultTests {
    @Test func nthCallFailsWithoutItsWork() async throws {
        let world = Fixture()
        world.engine.inject(.fails(EngineError(.failed, "planned")), into: .createLayer, call: 2)
        try await world.engine.createLayer(world.root, over: [])
        await #expect(throws: EngineError(.failed, "planned")) {
            try await world.engine.createLayer(world.overlay, over: [world.root])
        }
        #expect(try await world.engine.allLayers() == [world.root.id])
        try await world.engine.createLayer(world.overlay, over: [world.root])
    }

    @Test func callFailsAfterItsWork() async throws {
        let world = Fixture()
        world.engine.inject(.failsAfterWork(EngineError(.timeout, "planned")), into: .createLayer)
        await #expect(throws: EngineError(.timeout, "planned")) {
            try await world.engine.createLayer(world.root, over: [])
        }
        #expect(try await world.engine.allLayers() == [world.root.id])
    }

    @Test func callHangsUntilReleased() async throws {
        let world = Fixture()
        world.engine.inject(.hangs, into: .createLayer)
        async let created: Void = world.engine.createLayer(world.root, over: [])
        await world.engine.waitUntilHanging(.createLayer)
        #expect(try await world.engine.allLayers().isEmpty)
        world.engine.release(.createLayer)
        try await created
        #expect(try await world.engine.allLayers() == [world.root.id])
        #expect(world.engine.calls == [.createLayer, .inventory, .inventory])
    }

    @Test func callHangsAfterItsWork() async throws {
        let world = Fixture()
        world.engine.inject(.hangsAfterWork, into: .createLayer)
        async let created: Void = world.engine.createLayer(world.root, over: [])
        await world.engine.waitUntilHanging(.createLayer)
        #expect(try await world.engine.allLayers() == [world.root.id])
        world.engine.release(.createLayer)
        try await created
    }

    @Test func killedServersAreReportedAlsoToALaterConsumer() async throws {
        let world = try await Fixture().attached()
        world.engine.killServer(world.server)
        var losses = world.engine.lostServers.makeAsyncIterator()
        #expect(await losses.next() == world.server)
        #expect(try await world.engine.observe(world.server) == nil)

        try await world.engine.startServer(world.server, as: .external)
        var laterLosses = world.engine.lostServers.makeAsyncIterator()
        #expect(await losses.next() == nil)
        world.engine.killServer(world.server)
        #expect(await laterLosses.next() == world.server)
    }

    @Test func runningServersAreFoundAfterARestart() async throws {
        let world = try await Fixture().attached()
        #expect(try await world.engine.start() == [world.server])
    }
}
