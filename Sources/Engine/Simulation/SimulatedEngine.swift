public import Model
internal import Synchronization

/// A storage engine in memory, for tests of everything above it.
///
/// It keeps the contract of `StorageEngine` strictly: what a real engine could not do is refused. A restart of its
/// owner is simulated by handing the same object to a new one. Calls can be made to fail or to hang by number;
/// clients, writes and the death of processes are simulated by the calls in `SimulatedEngine+World.swift`.
public final class SimulatedEngine: StorageEngine {
    /// Bytes in a block, the unit in which volumes are written and read here.
    public static let blockByteCount = 4096
    /// What a layer without data takes.
    public static let layerOverheadBytes: Int64 = 196_608
    /// What `cut` says that a cut took.
    public static let cutDuration = Duration.milliseconds(1)

    public let name = "simulated"
    public let capabilities: EngineCapabilities

    let storage: Mutex<SimulatedStorage>
    let faults = Mutex(SimulatedFaultPlan())
    let gate = SimulatedGate()
    let lostServerFeed = LostServerFeed()

    public init(total: ByteCount = .tebibyte, deepestChain: Int = 100) {
        storage = Mutex(SimulatedStorage(total: total))
        capabilities = EngineCapabilities(deepestChain: deepestChain, resizeDisconnects: true)
    }

    public var lostServers: AsyncStream<ServerID> { lostServerFeed.stream() }

    public func start() async throws(EngineError) -> [ServerID] {
        try await perform(.start) { storage in storage.processes.keys.sorted { $0.rawValue < $1.rawValue } }
    }

    public func createLayer(_ layer: Layer, over parents: [Layer]) async throws(EngineError) {
        try await perform(.createLayer) { storage throws(EngineError) in try storage.createLayer(layer, over: parents) }
    }

    public func deleteLayer(_ id: LayerID) async throws(EngineError) {
        try await perform(.deleteLayer) { storage throws(EngineError) in try storage.deleteLayer(id) }
    }

    public func startServer(_ id: ServerID, as machine: MachineConfiguration) async throws(EngineError) {
        try await perform(.startServer) { storage throws(EngineError) in
            if try storage.answering(id) == nil { storage.processes[id] = SimulatedStorage.Process() }
        }
    }

    public func stopServer(_ id: ServerID, force: Bool) async throws(EngineError) {
        try await perform(.stopServer) { storage throws(EngineError) in
            if !force { _ = try storage.answering(id) }
            storage.processes[id] = nil
        }
    }

    public func attach(_ volume: VolumeChain, to server: ServerID) async throws(EngineError) {
        try await perform(.attach) { storage throws(EngineError) in try storage.attach(volume, to: server) }
    }

    public func detach(_ volume: VolumeID, from server: ServerID, force: Bool) async throws(EngineError) {
        try await perform(.detach) { storage throws(EngineError) in
            try storage.detach(volume, from: server, force: force)
        }
    }

    public func prepareCut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) {
        try await perform(.prepareCut) { storage throws(EngineError) in try storage.prepareCut(cuts, of: server) }
    }

    @discardableResult
    public func cut(
        _ cuts: [Cut], of server: ServerID?, within limit: Duration
    ) async throws(CutFailure) -> CutReport {
        var isCut = false
        do throws(EngineError) {
            return try await perform(.cut) { storage throws(EngineError) in
                let report = try storage.cut(cuts, of: server)
                isCut = true
                return report
            }
        } catch {
            throw CutFailure(isCut ? .unknown : .nothingCut, error)
        }
    }

    @discardableResult
    public func discardCut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) -> [String] {
        try await perform(.discardCut) { storage throws(EngineError) in
            try storage.discardCut(cuts, of: server)
            return []
        }
    }

    public func resize(
        _ volume: VolumeChain, to size: ByteCount, in server: ServerID?, force: Bool
    ) async throws(EngineError) {
        try await perform(.resize) { storage throws(EngineError) in
            try storage.resize(volume, to: size, in: server, force: force)
        }
    }

    public func observe(_ server: ServerID) async throws(EngineError) -> ServerObservation? {
        try await perform(.observe) { storage throws(EngineError) in try storage.observation(of: server) }
    }

    public func answers(_ server: ServerID) async throws(EngineError) -> Bool {
        try await perform(.answers) { storage throws(EngineError) in try storage.answering(server) != nil }
    }

    public func exportURI(of volume: VolumeID, on server: ServerID) -> String {
        "simulated:///\(server)/\(volume)"
    }

    public func clients(of server: ServerID) async throws(EngineError) -> [String] {
        try await perform(.clients) { storage in storage.clients(of: server) }
    }

    public func activity(of layer: LayerID, on server: ServerID) async throws(EngineError) -> LayerActivity {
        try await perform(.activity) { storage in
            LayerActivity(
                version: storage.layers[layer]?.version ?? 0,
                isBrokenOff: storage.processes[server]?.brokenOff.contains(layer) ?? false)
        }
    }

    public func usage(of layers: [LayerID]) async throws(EngineError) -> [LayerID: ByteCount] {
        try await perform(.usage) { storage in
            var usage: [LayerID: ByteCount] = [:]
            for layer in layers { usage[layer] = storage.layers[layer]?.allocated }
            return usage
        }
    }

    public func capacity() async throws(EngineError) -> StorageCapacity {
        try await perform(.capacity) { storage in storage.capacity }
    }

    public func inventory() async throws(EngineError) -> StorageInventory {
        try await perform(.inventory) { storage in storage.inventory }
    }

    public func proveTables(of layer: LayerID) async throws(EngineError) -> LayerFacts? {
        try await perform(.proveTables) { storage throws(EngineError) in
            guard !storage.isActive(layer) else { throw EngineError(.failed, "\(layer) is open for writing") }
            return storage.inventory.layers[layer]
        }
    }

    public func verify(_ layers: [Layer], _ extent: Verification) async throws(EngineError) {
        try await perform(.verify) { storage throws(EngineError) in try storage.verify(layers) }
    }

    public func freeze(_ layers: [LayerID]) async throws(EngineError) {
        try await perform(.freeze) { storage in storage.freeze(layers) }
    }

    public func setAside(_ strays: [Stray], _ layers: [LayerID]) async throws(EngineError) {
        try await perform(.setAside) { storage in
            storage.strayFiles.subtract(strays.map(\.id))
            for id in layers { storage.layers[id] = nil }
        }
    }

    /// Does one call's work at one instant, with the fault that was planned for it.
    private func perform<Result: Sendable>(
        _ method: EngineMethod, _ work: (inout SimulatedStorage) throws(EngineError) -> Result
    ) async throws(EngineError) -> Result {
        let fault = faults.withLock { $0.begin(method) }
        if case .hangs = fault { await gate.hang(method) }
        if case .fails(let error) = fault { throw error }
        let result = try storage.withLock { storage throws(EngineError) in try work(&storage) }
        if case .hangsAfterWork = fault { await gate.hang(method) }
        if case .failsAfterWork(let error) = fault { throw error }
        return result
    }
}
