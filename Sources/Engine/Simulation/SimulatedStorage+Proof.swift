internal import Model

extension SimulatedStorage {
    var inventory: StorageInventory {
        var inventory = StorageInventory(processes: Set(processes.keys))
        for (id, layer) in layers {
            inventory.layers[id] = LayerFacts(
                parent: layer.parent.map { .layer($0) } ?? .none, size: layer.size, allocated: layer.allocated,
                isWritable: !layer.isFrozen, isOpen: isOpen(id),
                holdsData: !layer.blocks.isEmpty,
                stamp: LayerStamp(byteCount: layer.allocated.bytes, modificationNanoseconds: layer.version))
        }
        inventory.strays = strayFiles.sorted().map { Stray(StrayFile(name: $0, layerID: nil)) }
        return inventory
    }

    func verify(_ chain: [Layer]) throws(EngineError) {
        try check(chain)
        if let last = chain.last, isActive(last.id) {
            throw EngineError(.failed, "\(last.id) is open for writing")
        }
        for layer in chain where layers[layer.id]?.isUnsound == true {
            throw EngineError(.damaged, "\(layer.id) has broken tables")
        }
    }
}
