import Engine
import Model

/// An engine whose caller meets its fate at the calls that change something.
struct FatedEngine: StorageEngine {
    let base: SimulatedEngine
    let fate: Fate

    private func perform<Result: Sendable>(
        _ method: EngineMethod, _ work: () async throws(EngineError) -> Result
    ) async throws(EngineError) -> Result {
        switch fate.atEngineCall(method) {
        case nil: return try await work()
        case .noRoom: throw EngineError(.storageFull, "no room")
        case .failsOnce, .failsForGood, .diesBefore: throw EngineError(.failed, "the disk does not answer")
        case .failsAfterWork:
            _ = try await work()
            throw EngineError(.failed, "the answer was lost")
        case .diesAfter:
            _ = try await work()
            fate.die()
            throw EngineError(.failed, "died")
        }
    }

    var name: String { base.name }
    var capabilities: EngineCapabilities { base.capabilities }
    var lostServers: AsyncStream<ServerID> { base.lostServers }

    func start() async throws(EngineError) -> [ServerID] { try await base.start() }

    func createLayer(_ layer: Layer, over parents: [Layer]) async throws(EngineError) {
        try await perform(.createLayer) { () throws(EngineError) in try await base.createLayer(layer, over: parents) }
    }

    func deleteLayer(_ id: LayerID) async throws(EngineError) {
        try await perform(.deleteLayer) { () throws(EngineError) in try await base.deleteLayer(id) }
    }

    func startServer(_ id: ServerID, as machine: MachineConfiguration) async throws(EngineError) {
        try await perform(.startServer) { () throws(EngineError) in try await base.startServer(id, as: machine) }
    }

    func stopServer(_ id: ServerID, force: Bool) async throws(EngineError) {
        try await perform(.stopServer) { () throws(EngineError) in try await base.stopServer(id, force: force) }
    }

    func attach(_ volume: VolumeChain, to server: ServerID) async throws(EngineError) {
        try await perform(.attach) { () throws(EngineError) in try await base.attach(volume, to: server) }
    }

    func detach(_ volume: VolumeID, from server: ServerID, force: Bool) async throws(EngineError) {
        try await perform(.detach) { () throws(EngineError) in
            try await base.detach(volume, from: server, force: force)
        }
    }

    func prepareCut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) {
        try await perform(.prepareCut) { () throws(EngineError) in try await base.prepareCut(cuts, of: server) }
    }

    func cut(_ cuts: [Cut], of server: ServerID?, within limit: Duration) async throws(CutFailure) -> CutReport {
        var isCut = false
        do throws(EngineError) {
            return try await perform(.cut) { () throws(EngineError) in
                do throws(CutFailure) {
                    let report = try await base.cut(cuts, of: server, within: limit)
                    isCut = true
                    return report
                } catch {
                    throw error.cause
                }
            }
        } catch {
            throw CutFailure(isCut ? .unknown : .nothingCut, error)
        }
    }

    func discardCut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) -> [String] {
        try await perform(.discardCut) { () throws(EngineError) in try await base.discardCut(cuts, of: server) }
    }

    func resize(
        _ volume: VolumeChain, to size: ByteCount, in server: ServerID?, force: Bool
    ) async throws(EngineError) {
        try await perform(.resize) { () throws(EngineError) in
            try await base.resize(volume, to: size, in: server, force: force)
        }
    }

    func verify(_ layers: [Layer], _ extent: Verification) async throws(EngineError) {
        try await perform(.verify) { () throws(EngineError) in try await base.verify(layers, extent) }
    }

    func proveTables(of layer: LayerID) async throws(EngineError) -> LayerFacts? {
        try await base.proveTables(of: layer)
    }

    func freeze(_ layers: [LayerID]) async throws(EngineError) {
        try await perform(.freeze) { () throws(EngineError) in try await base.freeze(layers) }
    }

    func setAside(_ strays: [Stray], _ layers: [LayerID]) async throws(EngineError) {
        try await base.setAside(strays, layers)
    }

    func observe(_ server: ServerID) async throws(EngineError) -> ServerObservation? {
        try await base.observe(server)
    }

    func answers(_ server: ServerID) async throws(EngineError) -> Bool { try await base.answers(server) }

    func exportURI(of volume: VolumeID, on server: ServerID) -> String { base.exportURI(of: volume, on: server) }

    func clients(of server: ServerID) async throws(EngineError) -> [String] {
        try await base.clients(of: server)
    }

    func activity(of layer: LayerID, on server: ServerID) async throws(EngineError) -> LayerActivity {
        try await base.activity(of: layer, on: server)
    }

    func usage(of layers: [LayerID]) async throws(EngineError) -> [LayerID: ByteCount] {
        try await base.usage(of: layers)
    }

    func capacity() async throws(EngineError) -> StorageCapacity { try await base.capacity() }
    func inventory() async throws(EngineError) -> StorageInventory { try await base.inventory() }
}
