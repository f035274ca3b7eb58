internal import Engine
internal import Logging
internal import Model
internal import Store

/// How the background looks inside layers: one after the other, so seldom that nobody notices.
enum LayerProving {
    /// The first minute belongs to the servers that are taken over.
    static let firstDelay = Duration.seconds(60)
    /// Between two layers at least, and this many times as long as the look took.
    static let shortestPause = Duration.milliseconds(100)
    static let pauseFactor = 10
    /// From the end of one round to the next.
    static let roundPause = Duration.seconds(3_600)
    /// Between two looks for layers that froze.
    static let stampingPause = Duration.seconds(1)
    /// Newly frozen layers that one look records.
    static let stampedAtOnce = 64
}

extension ResourceManager {
    /// Looks inside all layers in the background, and records how the files of frozen ones look as soon as they are
    /// found sound, so that a later change shows. Until it is cancelled.
    func proveLayers() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await stampFrozenLayers() }
            group.addTask { await inspectInRounds() }
        }
    }

    // MARK: Stamps

    private func stampFrozenLayers() async {
        var unsound: Set<LayerID> = []
        while !Task.isCancelled {
            let changes = store.changes()
            do {
                try await stampFrozenLayers(besides: &unsound)
            } catch {
                logger.warning("frozen layers are not recorded", metadata: ["error": "\(error)"])
            }
            await nextElement(of: changes, within: nil)
            try? await Task.sleep(for: LayerProving.stampingPause)
        }
    }

    /// A layer's row says frozen once its cut is done, and the engine closes a file for writing before it says that the
    /// cut is done: nothing writes it any more.
    private func stampFrozenLayers(besides unsound: inout Set<LayerID>) async throws {
        var skipped: Set<LayerID> = []
        while !Task.isCancelled {
            let known = unsound.union(skipped)
            let rows = try await store.read {
                try $0.unstampedLayers(limit: LayerProving.stampedAtOnce + known.count).map(\.id)
            }
            let layers = rows.filter { !known.contains($0) }
            unsound.formIntersection(rows)
            skipped.formIntersection(rows)
            guard !layers.isEmpty else { return }
            var sound: [LayerID: LayerStamp] = [:]
            for layer in layers {
                do {
                    let facts = try await engine.proveTables(of: layer)
                    guard let facts, !facts.isWritable, let stamp = facts.stamp else { throw Unsound() }
                    inspections.note(layer, stamp, .tables, damage: nil)
                    sound[layer] = stamp
                } catch let error as EngineError where error.reason != .damaged {
                    // Nobody could look: the next time.
                    skipped.insert(layer)
                } catch {
                    // A check tells what is wrong with it.
                    unsound.insert(layer)
                }
            }
            try await record(sound)
        }
    }

    /// It is not there, or not frozen.
    private struct Unsound: Error {}

    // MARK: Rounds

    private func inspectInRounds() async {
        try? await Task.sleep(for: LayerProving.firstDelay)
        while !Task.isCancelled {
            do {
                try await inspectAll()
            } catch {
                logger.warning("layers are not looked into", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: LayerProving.roundPause)
        }
    }

    private func inspectAll() async throws {
        let check = try await look(besideServers: true)
        let layers = check.provableLayers(besides: check.findings())
        for layer in layers where !inspections.isDone(layer, check.stamp(of: layer), .image) {
            try Task.checkCancellation()
            let begin = ContinuousClock.now
            await inspect(layer, of: check)
            if let damage = inspections.damage(of: layer, check.stamp(of: layer)) {
                try await tell(layer, damage, check)
            }
            let pause = begin.duration(to: .now) * LayerProving.pauseFactor
            try await Task.sleep(for: max(pause, LayerProving.shortestPause))
        }
    }

    /// What was deleted or resized meanwhile is not damaged.
    private func tell(_ layer: LayerID, _ damage: String, _ check: ConsistencyCheck) async throws {
        let row = try await store.read { try $0.layer(layer) }
        guard row == check.rows.layers[layer] else { return inspections.forget([layer]) }
        logger.error("a layer is damaged", metadata: ["layer": "\(layer)", "cause": "\(damage)"])
    }
}
