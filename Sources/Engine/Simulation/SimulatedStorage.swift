internal import Model

/// The data and the processes of a simulated engine, as plain values.
struct SimulatedStorage {
    struct StoredLayer {
        var size: ByteCount
        var parent: LayerID?
        var isFrozen = false
        /// Its inner tables are broken; nothing but a verification notices.
        var isUnsound = false
        var blocks: [Int64: [UInt8]] = [:]
        /// Rises with every write: what a file's modification time is to a real engine.
        var version: Int64 = 0
        /// What was written last is not durable yet.
        var isUnflushed = false

        var allocated: ByteCount {
            ByteCount(bytes: SimulatedEngine.layerOverheadBytes + Int64(blocks.count * SimulatedEngine.blockByteCount))
        }
    }

    struct Process {
        var activeLayers: [VolumeID: LayerID] = [:]
        /// Overlays that are open and not yet active.
        var preparedOverlays: Set<LayerID> = []
        var clients: [VolumeID: [String]] = [:]
        /// Active layers that nobody has written to since a client of theirs broke off.
        var brokenOff: Set<LayerID> = []
        /// It lives and does not answer.
        var isSilent = false
    }

    var layers: [LayerID: StoredLayer] = [:]
    var processes: [ServerID: Process] = [:]
    /// Names of files that are no layers.
    var strayFiles: Set<String> = []
    var total: ByteCount

    var used: ByteCount {
        layers.values.reduce(.zero) { $0 + $1.allocated }
    }

    /// Makes what was written to a layer durable.
    mutating func flush(_ layer: LayerID) {
        guard layers[layer]?.isUnflushed == true else { return }
        layers[layer]?.isUnflushed = false
        layers[layer]?.version += 1
    }

    var capacity: StorageCapacity {
        StorageCapacity(total: total, free: ByteCount(bytes: total.bytes - used.bytes))
    }

    func requireRoom(bytes: Int64) throws(EngineError) {
        guard capacity.free.bytes >= bytes else { throw EngineError(.storageFull, "no room left for \(bytes) bytes") }
    }

    func process(of server: ServerID) throws(EngineError) -> Process {
        guard let process = try answering(server) else { throw EngineError(.serverLost, "\(server) has no process") }
        return process
    }

    /// - Returns: nil if it does not run.
    func answering(_ server: ServerID) throws(EngineError) -> Process? {
        guard processes[server]?.isSilent != true else {
            throw EngineError(.timeout, "the process of \(server) does not answer")
        }
        return processes[server]
    }

    func isActive(_ layer: LayerID) -> Bool {
        processes.values.contains { $0.activeLayers.values.contains(layer) }
    }

    /// Whether a process has the layer open, as the active one, as an overlay, or beneath one.
    func isOpen(_ layer: LayerID) -> Bool {
        processes.values.contains { process in
            let tops = Array(process.activeLayers.values) + Array(process.preparedOverlays)
            return tops.contains { ancestry(of: $0).contains(layer) }
        }
    }

    /// The layer and all that it rests on, itself first.
    func ancestry(of layer: LayerID) -> [LayerID] {
        var chain: [LayerID] = []
        var next: LayerID? = layer
        while let id = next {
            chain.append(id)
            next = layers[id]?.parent
        }
        return chain
    }

    /// What a layer reads as; absent blocks are zeros.
    func block(_ index: Int64, of layer: LayerID) -> [UInt8] {
        for id in ancestry(of: layer) {
            if let block = layers[id]?.blocks[index] { return block }
        }
        return [UInt8](repeating: 0, count: SimulatedEngine.blockByteCount)
    }

    /// Checks that a chain is as its layers say: present, of the recorded sizes, each on the one before it.
    func check(_ chain: [Layer]) throws(EngineError) {
        var parent: LayerID?
        for layer in chain {
            guard let stored = layers[layer.id] else { throw EngineError(.damaged, "\(layer.id) has no data") }
            guard stored.size == layer.size else {
                throw EngineError(.damaged, "\(layer.id) is \(stored.size) large, not \(layer.size)")
            }
            guard stored.parent == parent else {
                throw EngineError(.damaged, "\(layer.id) does not rest on \(parent?.rawValue ?? "nothing")")
            }
            parent = layer.id
        }
    }
}
