internal import Logging
internal import Model
internal import Store

extension ResourceManager {
    /// Unlinks layers that nothing needs any more. Deletions free theirs themselves; this finds what two deletions at
    /// the same time left to each other, and what a crash left.
    func collectDeadLayers() async throws {
        while true {
            let dead = try await store.write(for: .freeing) { transaction in
                let dead = try transaction.deadLayers()
                for layer in dead where layer.state != .deleting { try transaction.setLayer(layer.id, .deleting) }
                return dead
            }
            guard !dead.isEmpty else { return }
            let gone = await unlinked(dead)
            // One that cannot be deleted keeps nobody else's space, and is tried again a minute later.
            guard !gone.isEmpty else { return }
            try await store.write(for: .freeing) { transaction in
                for layer in gone { try transaction.deleteLayer(layer) }
            }
            logger.info("collected dead layers", metadata: ["count": "\(gone.count)"])
        }
    }

    private func unlinked(_ dead: [LayerRecord]) async -> [LayerID] {
        var gone: [LayerID] = []
        for layer in dead {
            do {
                try await engine.deleteLayer(layer.id)
                gone.append(layer.id)
            } catch {
                logger.error(
                    "a dead layer cannot be deleted", metadata: ["layer": "\(layer.id)", "error": "\(error)"])
            }
        }
        return gone
    }
}
