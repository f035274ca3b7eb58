import Engine
import EngineTestSupport
import Model
import Testing

/// What every engine must do, tried on the simulated one and on the real one: what is built against the first holds for
/// the second.
enum EngineContract {
    struct Scenario: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: @Sendable (any StorageEngine) async throws -> Void

        init(_ description: String, _ body: @escaping @Sendable (any StorageEngine) async throws -> Void) {
            testDescription = description
            self.body = body
        }
    }

    static let scenarios = [
        Scenario("calls may be repeated", repeated), Scenario("a cut goes on with its overlay", cut),
        Scenario("a discarded cut leaves nothing", discarded), Scenario("refusals of layers", layerRefusals),
        Scenario("refusals of volumes", volumeRefusals), Scenario("refusals of cuts", cutRefusals),
        Scenario("calls for no process", withoutProcess), Scenario("detached cut", detachedCut),
    ]

    private static func repeated(_ engine: any StorageEngine) async throws {
        let world = World()
        for _ in 1...2 { try await engine.createLayer(world.root, over: []) }
        for _ in 1...2 { try await engine.startServer(world.server, as: .external) }
        for _ in 1...2 { try await engine.attach(world.chain, to: world.server) }
        for _ in 1...2 { try await engine.prepareCut([world.cut], of: world.server) }
        for _ in 1...2 { try await engine.cut([world.cut], of: world.server) }
        for _ in 1...2 { try await engine.resize(world.cutChain, to: .gibibyte, in: world.server) }
        for _ in 1...2 { try await engine.detach(world.volume, from: world.server, force: false) }
        for _ in 1...2 { try await engine.stopServer(world.server) }
        for _ in 1...2 { try await engine.deleteLayer(world.overlay.id) }
        for _ in 1...2 { try await engine.deleteLayer(world.root.id) }
        #expect(try await engine.allLayers().isEmpty)
    }

    private static func cut(_ engine: any StorageEngine) async throws {
        let world = try await World().attached(in: engine)
        try await engine.prepareCut([world.cut], of: world.server)
        #expect(try await engine.observe(world.server)?.activeLayers == [world.volume: world.root.id])
        #expect(try await engine.cut([world.cut], of: world.server) > .zero)
        #expect(try await engine.cut([world.cut], of: world.server) == .zero)
        #expect(try await engine.observe(world.server)?.activeLayers == [world.volume: world.overlay.id])
        try await engine.detach(world.volume, from: world.server, force: false)
        try await engine.attach(world.cutChain, to: world.server)
        #expect(try await engine.observe(world.server)?.activeLayers == [world.volume: world.overlay.id])
    }

    private static func discarded(_ engine: any StorageEngine) async throws {
        let world = try await World().attached(in: engine)
        try await engine.discardCut([world.cut], of: world.server)
        try await engine.prepareCut([world.cut], of: world.server)
        for _ in 1...2 { try await engine.discardCut([world.cut], of: world.server) }
        #expect(try await engine.allLayers() == [world.root.id])
        #expect(try await engine.observe(world.server)?.activeLayers == [world.volume: world.root.id])
        try await engine.prepareCut([world.cut], of: world.server)
        #expect(try await engine.cut([world.cut], of: world.server) > .zero)
    }

    private static func layerRefusals(_ engine: any StorageEngine) async throws {
        let world = try await World().attached(in: engine)
        let larger = Layer(id: world.root.id, size: .gibibyte)
        await refused(.damaged) { try await engine.createLayer(larger, over: []) }
        await refused(.damaged) { try await engine.createLayer(world.overlay, over: [larger]) }
        await refused(.failed) { try await engine.createLayer(world.overlay, over: [world.root]) }
        await refused(.failed) { try await engine.deleteLayer(world.root.id) }
        try await engine.detach(world.volume, from: world.server, force: false)
        try await engine.createLayer(world.overlay, over: [world.root])
        await refused(.failed) { try await engine.deleteLayer(world.root.id) }
        await refused(.damaged) { try await engine.createLayer(world.overlay, over: []) }
    }

    private static func volumeRefusals(_ engine: any StorageEngine) async throws {
        let world = try await World().attached(in: engine)
        let other = World()
        try await engine.startServer(other.server, as: .external)
        await refused(.failed) { try await engine.attach(world.chain, to: other.server) }
        await refused(.failed) { try await engine.attach(world.cutChain, to: world.server) }
        await refused(.damaged) { try await engine.attach(other.chain, to: world.server) }
        await refused(.failed) { try await engine.resize(world.chain, to: .zero, in: world.server) }
        await refused(.failed) { try await engine.resize(world.chain, to: .gibibyte, in: nil) }
        await refused(.failed) { try await engine.resize(world.chain, to: .gibibyte, in: other.server) }
        #expect(try await engine.observe(world.server)?.activeLayers == [world.volume: world.root.id])
        #expect(try await engine.observe(other.server)?.activeLayers == [:])
    }

    private static func cutRefusals(_ engine: any StorageEngine) async throws {
        let world = try await World().attached(in: engine)
        let tooLarge = Cut(chain: world.chain, overlay: Layer(id: world.overlay.id, size: .gibibyte))
        await refused(.failed) { try await engine.prepareCut([tooLarge], of: world.server) }
        await refused(.failed) { try await engine.cut([world.cut], of: world.server) }
        try await engine.prepareCut([world.cut], of: world.server)
        try await engine.cut([world.cut], of: world.server)
        await refused(.failed) { try await engine.discardCut([world.cut], of: world.server) }
        let stale = World()
        let wrong = Cut(chain: world.chain, overlay: stale.overlay)
        await refused(.failed) { try await engine.prepareCut([wrong], of: world.server) }
        try await engine.stopServer(world.server)
        await refused(.failed) { try await engine.discardCut([world.cut], of: world.server) }
    }

    private static func withoutProcess(_ engine: any StorageEngine) async throws {
        let world = World()
        try await engine.createLayer(world.root, over: [])
        #expect(try await engine.observe(world.server) == nil)
        await refused(.serverLost) { try await engine.attach(world.chain, to: world.server) }
        await refused(.serverLost) { try await engine.prepareCut([world.cut], of: world.server) }
        await refused(.damaged) { try await engine.cut([world.cut], of: world.server) }
        await refused(.serverLost) { try await engine.resize(world.chain, to: .gibibyte, in: world.server) }
        try await engine.detach(world.volume, from: world.server, force: false)
        try await engine.discardCut([world.cut], of: world.server)
        try await engine.stopServer(world.server)
    }

    private static func detachedCut(_ engine: any StorageEngine) async throws {
        let world = World()
        try await engine.createLayer(world.root, over: [])
        for _ in 1...2 { try await engine.prepareCut([world.cut], of: nil) }
        for _ in 1...2 { #expect(try await engine.cut([world.cut], of: nil) == .zero) }
        await refused(.failed) { try await engine.discardCut([world.cut], of: nil) }
        await refused(.failed) { try await engine.resize(world.chain, to: .gibibyte, in: nil) }
        try await engine.startServer(world.server, as: .external)
        await refused(.failed) { try await engine.attach(world.chain, to: world.server) }
        try await engine.attach(world.cutChain, to: world.server)
        try await engine.stopServer(world.server)
    }

    private static func refused(_ reason: EngineError.Reason, _ call: () async throws -> Void) async {
        let error = await #expect(throws: EngineError.self, "\(reason) expected") { try await call() }
        #expect(error?.reason == reason, "\(error?.message ?? "")")
    }

    /// One server, one volume, and a cut of it.
    private struct World: Sendable {
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
        var cut: Cut { Cut(chain: chain, overlay: overlay) }
        var cutChain: VolumeChain { cut.after }

        func attached(in engine: any StorageEngine) async throws -> World {
            try await engine.createLayer(root, over: [])
            try await engine.startServer(server, as: .external)
            try await engine.attach(chain, to: server)
            return self
        }
    }
}

@Suite struct SimulatedContractTests {
    @Test(arguments: EngineContract.scenarios) func holds(_ scenario: EngineContract.Scenario) async throws {
        try await scenario.body(SimulatedEngine())
    }
}

extension QEMUTests {
    @Suite struct ContractTests {
        @Test(arguments: EngineContract.scenarios) func holds(_ scenario: EngineContract.Scenario) async throws {
            try await TestWorld.with { world in try await scenario.body(world.engine) }
        }
    }
}
