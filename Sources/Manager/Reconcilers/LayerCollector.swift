internal import Logging
internal import Model
internal import Store

extension ResourceManager {
    /// Unlinks layers that nothing needs any more. Deletions free theirs themselves; this finds what two deletions at
    /// the same time left to each other, and what a crash left.
    func collectDeadLayers() async throws {
        while true {
            let dead = try await store.write { transaction in
                let dead = try transaction.deadLayers()
                for layer in dead where layer.state != .deleting { try transaction.setLayer(layer.id, .deleting) }
                return dead
            }
            guard !dead.isEmpty else { return }
            for layer in dead { try await engine.deleteLayer(layer.id) }
            try await store.write { transaction in
                for layer in dead { try transaction.deleteLayer(layer.id) }
            }
            logger.info("collected dead layers", metadata: ["count": "\(dead.count)"])
        }
    }
}
