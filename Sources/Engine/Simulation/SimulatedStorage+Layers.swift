internal import Model

extension SimulatedStorage {
    mutating func createLayer(_ layer: Layer, over parents: [Layer]) throws(EngineError) {
        try check(parents)
        if layers[layer.id] != nil { return try check(parents + [layer]) }
        if let parent = parents.last {
            guard layer.size >= parent.size else {
                throw EngineError(.failed, "\(layer.id) is smaller than its parent")
            }
            guard !isActive(parent.id) else { throw EngineError(.failed, "\(parent.id) is being written") }
        }
        try requireRoom(bytes: SimulatedEngine.layerOverheadBytes)
        layers[layer.id] = StoredLayer(size: layer.size, parent: parents.last?.id)
    }

    mutating func deleteLayer(_ id: LayerID) throws(EngineError) {
        guard !isOpen(id) else { throw EngineError(.failed, "\(id) is open") }
        guard !layers.values.contains(where: { $0.parent == id }) else {
            throw EngineError(.failed, "another layer rests on \(id)")
        }
        layers[id] = nil
    }

    mutating func resize(
        _ chain: VolumeChain, to size: ByteCount, in server: ServerID?, force: Bool
    ) throws(EngineError) {
        guard let top = chain.layers.last, let stored = layers[top.id] else {
            throw EngineError(.damaged, "\(chain.volume) has no data")
        }
        if let server {
            guard try process(of: server).activeLayers[chain.volume] == top.id else {
                throw EngineError(.failed, "\(chain.volume) is not attached with \(top.id)")
            }
        } else if isActive(top.id) {
            throw EngineError(.failed, "\(top.id) is open")
        }
        guard size >= stored.size else { throw EngineError(.failed, "\(chain.volume) cannot become smaller") }
        guard !stored.isFrozen else { throw EngineError(.failed, "\(top.id) is frozen") }
        guard size != stored.size else { return }
        if let server, !force, let clients = processes[server]?.clients[chain.volume], !clients.isEmpty {
            throw EngineError(.volumeHasClients, "\(chain.volume) is in use by \(clients.joined(separator: ", "))")
        }
        layers[top.id]?.size = size
        layers[top.id]?.version += 1
        if let server { processes[server]?.clients[chain.volume] = nil }
    }

    mutating func freeze(_ layers: some Sequence<Layer>) {
        freeze(layers.map(\.id))
    }

    mutating func freeze(_ layers: [LayerID]) {
        for id in layers { self.layers[id]?.isFrozen = true }
    }
}
