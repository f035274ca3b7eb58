public import Engine
public import Model

extension QEMUEngine {
    public func inventory() async throws(EngineError) -> StorageInventory {
        try await BlockingWork.run { [layers, servers] () throws(EngineError) in
            var inventory = try layers.inventory()
            inventory.processes = Set(try ServerIdentity(directory: servers.directory).all().keys)
            return inventory
        }
    }

    public func verify(_ layers: [Layer], _ extent: Verification) async throws(EngineError) {
        let proof = LayerProof(layers: self.layers, limits: limits)
        try await BlockingWork.run { () throws(EngineError) in
            try proof.layers.check(layers)
            guard let last = layers.last else { return }
            guard try !proof.layers.isWritten(last.id) else {
                throw EngineError(.failed, "\(last.id) is open for writing")
            }
            let checked = extent == .data ? layers : [last]
            for layer in checked where try !proof.layers.isOpen(layer.id) { try proof.checkTables(of: layer.id) }
            if extent == .data { try proof.readAll(layers) }
        }
    }

    public func freeze(_ layers: [LayerID]) async throws(EngineError) {
        try await BlockingWork.run { [store = self.layers] () throws(EngineError) in
            for id in layers where try store.exists(id) { try store.markFrozen(id) }
        }
    }

    public func setAside(_ files: [StrayFile], _ layers: [LayerID]) async throws(EngineError) {
        try await BlockingWork.run { [store = self.layers] () throws(EngineError) in
            try store.requireUnlocked(layers)
            try store.setAside(files.map(\.name) + layers.map(LayerStore.fileName))
            store.forget(layers)
        }
    }
}
