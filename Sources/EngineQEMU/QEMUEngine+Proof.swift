public import Engine
internal import Glibc
public import Model

extension QEMUEngine {
    public func inventory() async throws(EngineError) -> StorageInventory {
        try await BlockingWork.run { [layers, servers] () throws(EngineError) in
            // Of the folder as it is now: that it is another one is told among its problems.
            let processes = try ServerIdentity(directory: servers.directory).all()
            var running: [pid_t: ServerID] = [:]
            for case (let server, .runs(let processID)) in processes { running[processID] = server }
            var inventory = try layers.inventory(servers: running)
            inventory.processes = Set(processes.keys)
            return inventory
        }
    }

    public func proveTables(of layer: LayerID) async throws(EngineError) -> LayerFacts? {
        try await BlockingWork.run { [layers] () throws(EngineError) in
            guard let facts = try layers.facts(of: layer) else { return nil }
            try Self.requireUnwritten([layer], in: layers)
            if let problem = try QCOW2Tables.problem(in: layers.path(of: layer)) {
                throw EngineError(.damaged, "\(layer) is damaged: \(problem)")
            }
            return facts
        }
    }

    public func verify(_ layers: [Layer], _ extent: Verification) async throws(EngineError) {
        let proof = LayerProof(layers: self.layers, limits: limits)
        try await BlockingWork.runProgram { () throws(EngineError) in
            try proof.layers.check(layers)
            try Self.requireUnwritten(layers.map(\.id), in: proof.layers)
            for layer in extent == .data ? layers : layers.suffix(1) { try proof.checkTables(of: layer.id) }
            if extent == .data { try proof.readAll(layers) }
        }
    }

    private static func requireUnwritten(_ ids: [LayerID], in layers: LayerStore) throws(EngineError) {
        for id in ids where try layers.isWritten(id) { throw EngineError(.failed, "\(id) is open for writing") }
    }

    public func freeze(_ layers: [LayerID]) async throws(EngineError) {
        try await BlockingWork.run { [store = self.layers] () throws(EngineError) in
            for id in layers where try store.exists(id) { try store.markFrozen(id) }
        }
    }

    public func setAside(_ strays: [Stray], _ layers: [LayerID]) async throws(EngineError) {
        try await BlockingWork.run { [store = self.layers] () throws(EngineError) in
            try store.requireUnlocked(layers)
            try store.setAside(strays.filter(\.isMovable).map(\.id) + layers.map(LayerStore.fileName))
            store.forget(layers)
        }
    }
}
