internal import Engine
internal import Logging
internal import Model
internal import Store

/// Where the search for dead layers has come to.
///
/// Decided here (2026-11): it walks through all layers, some each minute, and begins anew at the end. Looking at all of
/// them at once takes seconds with a million, and inside the writer nobody could change anything meanwhile. Rejected: a
/// table of layers that lost a user, filled by triggers: cheaper, but what it misses is never found.
struct LayerWalk {
    /// Nil: at the beginning.
    var place: LayerID?

    /// Layers that one read looks at, and how many reads a minute makes: a quarter of a million layers is walked
    /// through in less than five minutes.
    static let lookedAtOnce = 1_024
    static let looksAMinute = 64
    /// Layers that one change takes: they are proved dead again in it, and unlinked before the next.
    static let collectedAtOnce = 64
}

extension ResourceManager {
    /// Unlinks layers that nothing needs any more. Deletions free theirs themselves; this finds what two deletions at
    /// the same time left to each other, and what a crash left.
    func collectDeadLayers(_ walk: inout LayerWalk) async throws {
        for _ in 0..<LayerWalk.looksAMinute {
            try Task.checkCancellation()
            let found = try await store.read { [place = walk.place] in
                try $0.deadLayers(after: place, lookingAt: LayerWalk.lookedAtOnce)
            }
            try await collect(found.dead)
            walk.place = found.place
            if found.place == nil { return }
        }
    }

    /// Collects layers and then those below that only they needed.
    private func collect(_ layers: [LayerID]) async throws {
        do {
            try await DeadLayers(store: store, engine: engine).collect(layers)
        } catch let error as EngineError {
            // It keeps nobody else's space, and is tried again in the next round.
            logger.error("dead layers cannot be deleted", metadata: ["error": "\(error)"])
        }
    }
}

/// Unlinks layers that nothing needs, a few at a time: they are proved dead again in the change that takes them.
struct DeadLayers: Sendable {
    let store: any MetadataStore
    let engine: any LayerEngine

    /// Those of some layers that are dead, and then those below that only they needed.
    ///
    /// - Throws: why the first of those that stay could not be unlinked; all others are gone.
    func collect(_ layers: [LayerID]) async throws {
        var (candidates, failure): ([LayerID], EngineError?) = (layers, nil)
        while !candidates.isEmpty {
            let some = Array(candidates.suffix(LayerWalk.collectedAtOnce))
            candidates.removeLast(some.count)
            let dead = try await store.write(for: .freeing) { transaction in
                let dead = try transaction.deadLayers(among: some)
                for layer in dead where layer.state != .deleting { try transaction.setLayer(layer.id, .deleting) }
                return dead
            }
            let gone = await unlinked(dead, &failure)
            guard !gone.isEmpty else { continue }
            try await store.write(for: .freeing) { transaction in
                for layer in gone { try transaction.deleteLayer(layer.id) }
            }
            candidates += gone.compactMap(\.parentID)
        }
        if let failure { throw failure }
    }

    private func unlinked(_ dead: [LayerRecord], _ failure: inout EngineError?) async -> [LayerRecord] {
        var gone: [LayerRecord] = []
        for layer in dead {
            do {
                try await engine.deleteLayer(layer.id)
                gone.append(layer)
            } catch {
                failure = failure ?? error
            }
        }
        return gone
    }
}
