public import Model
internal import Synchronization

/// What happens around an engine: guests and clients, faults, deaths.
extension SimulatedEngine {
    // MARK: Faults

    /// Plans a fault for one call.
    ///
    /// - Parameter call: 1 is the next call of the method from now on.
    public func inject(_ fault: SimulatedFault, into method: EngineMethod, call: Int = 1) {
        faults.withLock { $0.plan(fault, in: method, call: call) }
    }

    /// Forgets planned faults that did not happen yet.
    public func removeFaults() {
        faults.withLock { $0.removeAll() }
    }

    /// All calls so far, in order.
    public var calls: [EngineMethod] { faults.withLock { $0.calls } }

    public func callCount(of method: EngineMethod) -> Int {
        faults.withLock { $0.callCount(of: method) }
    }

    /// Returns once a call of the method hangs.
    public func waitUntilHanging(_ method: EngineMethod) async {
        await gate.waitUntilHanging(method)
    }

    /// Lets every call of the method go on that hangs now.
    public func release(_ method: EngineMethod) {
        gate.release(method)
    }

    // MARK: Processes and clients

    /// Ends a server's process as a crash would, and reports it lost.
    public func killServer(_ id: ServerID) {
        let existed = storage.withLock { $0.processes.removeValue(forKey: id) != nil }
        if existed { lostServerFeed.report(id) }
    }

    /// Lets a server's process stop or begin to answer; it lives all the time.
    public func setAnswers(_ answers: Bool, of id: ServerID) {
        storage.withLock { $0.processes[id]?.isSilent = !answers }
    }

    public func connectClient(_ client: String, to volume: VolumeID, of server: ServerID) throws(EngineError) {
        try storage.withLock { storage throws(EngineError) in
            guard try storage.process(of: server).activeLayers[volume] != nil else {
                throw EngineError(.failed, "\(volume) is not attached")
            }
            storage.processes[server]?.clients[volume, default: []].append(client)
        }
    }

    /// Ends a volume's clients in the midst of a request.
    public func breakOffClients(of volume: VolumeID, of server: ServerID) {
        storage.withLock { storage in
            guard var process = storage.processes[server] else { return }
            process.clients[volume] = nil
            // The process does not say whose request it was.
            process.brokenOff = Set(process.activeLayers.values)
            storage.processes[server] = process
        }
    }

    public func disconnectClients(of volume: VolumeID, of server: ServerID) {
        storage.withLock { $0.processes[server]?.clients[volume] = nil }
    }

    // MARK: Data

    /// Writes a block as a client of an attached volume does; shorter contents are filled up with zeros.
    ///
    /// - Parameter isFlushed: the client asks for it to be made durable.
    public func write(
        _ contents: [UInt8], toBlock index: Int64, of volume: VolumeID, isFlushed: Bool = true
    ) throws(EngineError) {
        try storage.withLock { storage throws(EngineError) in
            let layer = try storage.activeLayer(of: volume)
            guard let size = storage.layers[layer]?.size, index >= 0, index < size.bytes / Int64(Self.blockByteCount)
            else {
                throw EngineError(.failed, "\(volume) has no block \(index)")
            }
            try storage.requireRoom(bytes: Int64(Self.blockByteCount))
            let missing = max(0, Self.blockByteCount - contents.count)
            storage.layers[layer]?.blocks[index] =
                contents.prefix(Self.blockByteCount) + [UInt8](repeating: 0, count: missing)
            storage.layers[layer]?.version += 1
            storage.layers[layer]?.isUnflushed = !isFlushed
            for server in storage.processes.keys { storage.processes[server]?.brokenOff.remove(layer) }
        }
    }

    /// Reads a block as a client of an attached volume does.
    public func readBlock(_ index: Int64, of volume: VolumeID) throws(EngineError) -> [UInt8] {
        try storage.withLock { storage throws(EngineError) in
            storage.block(index, of: try storage.activeLayer(of: volume))
        }
    }

    /// Reads a block of a layer as it shows through what it rests on: a snapshot's contents.
    public func readBlock(_ index: Int64, ofLayer layer: LayerID) throws(EngineError) -> [UInt8] {
        try storage.withLock { storage throws(EngineError) in
            guard storage.layers[layer] != nil else { throw EngineError(.damaged, "\(layer) has no data") }
            return storage.block(index, of: layer)
        }
    }

    /// Loses a layer's data, as a broken disk would.
    public func damageLayer(_ layer: LayerID) {
        storage.withLock { $0.layers[layer] = nil }
    }

    /// Changes what a layer's file says of itself, behind everybody's back; absent: makes one.
    public func changeLayer(_ layer: LayerID, _ change: (inout PlantedLayer) -> Void) {
        storage.withLock { storage in
            let stored = storage.layers[layer] ?? SimulatedStorage.StoredLayer(size: .mebibyte, parent: nil)
            var planted = PlantedLayer(
                size: stored.size, parent: stored.parent, isFrozen: stored.isFrozen, isUnsound: stored.isUnsound,
                version: stored.version)
            change(&planted)
            storage.layers[layer] = SimulatedStorage.StoredLayer(
                size: planted.size, parent: planted.parent, isFrozen: planted.isFrozen,
                isUnsound: planted.isUnsound, blocks: stored.blocks, version: planted.version)
        }
    }

    /// What a test can change of a layer's file.
    public struct PlantedLayer {
        public var size: ByteCount
        public var parent: LayerID?
        public var isFrozen: Bool
        /// Its inner tables are broken.
        public var isUnsound: Bool
        /// How often it was written.
        public var version: Int64
    }

    /// Puts a file that is no layer among the layers.
    public func addStrayFile(_ name: String) {
        storage.withLock { _ = $0.strayFiles.insert(name) }
    }

    /// Makes the storage as large as that; less than is used leaves nothing free.
    public func setTotal(_ total: ByteCount) {
        storage.withLock { $0.total = total }
    }

    public func isFrozen(_ layer: LayerID) -> Bool {
        storage.withLock { $0.layers[layer]?.isFrozen == true }
    }
}

extension SimulatedStorage {
    fileprivate func activeLayer(of volume: VolumeID) throws(EngineError) -> LayerID {
        for process in processes.values {
            if let layer = process.activeLayers[volume] { return layer }
        }
        throw EngineError(.serverLost, "nobody serves \(volume)")
    }
}
