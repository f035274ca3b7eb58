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
    /// Layers that one read names.
    static let readAtOnce = 256
    /// From the end of one round to the next.
    static let roundPause = Duration.seconds(3_600)
    /// Between two looks for layers that froze.
    static let stampingPause = Duration.seconds(1)
    /// Newly frozen layers that one look reads and records.
    static let stampedAtOnce = 64
}

extension ResourceManager {
    // MARK: Stamps

    /// Records how the files of frozen layers look as soon as they are found sound, so that a later change shows.
    var stamping: Reconciler {
        let unsound = RoundState<Set<LayerID>>([])
        return Reconciler(
            name: "recording of frozen layers", period: nil, wakes: [.frozenLayers],
            shortestPause: LayerProving.stampingPause
        ) {
            try await unsound.with { try await stampFrozenLayers(besides: &$0) }
        }
    }

    /// A layer's row says frozen once its cut is done, and the engine closes a file for writing before it says that the
    /// cut is done: nothing writes it any more.
    ///
    /// - Parameter unsound: layers that are not looked at again, because a check tells what is wrong with them.
    private func stampFrozenLayers(besides unsound: inout Set<LayerID>) async throws {
        var stillUnsound: Set<LayerID> = []
        var place: LayerID?
        while !Task.isCancelled {
            let layers = try await store.read { [place] in
                try $0.unstampedLayers(after: place, limit: LayerProving.stampedAtOnce)
            }
            place = layers.last
            stillUnsound.formUnion(unsound.intersection(layers))
            try await stamp(layers.filter { !unsound.contains($0) }, unsound: &stillUnsound)
            if layers.count < LayerProving.stampedAtOnce { break }
        }
        unsound = stillUnsound
    }

    private func stamp(_ layers: [LayerID], unsound: inout Set<LayerID>) async throws {
        var sound: [LayerID: LayerStamp] = [:]
        for layer in layers {
            do {
                let facts = try await engine.proveTables(of: layer)
                guard let facts, !facts.isWritable, let stamp = facts.stamp else { throw Unsound() }
                inspections.note(layer, stamp, .tables, damage: nil)
                sound[layer] = stamp
            } catch let error as EngineError where error.reason != .damaged {
                // Nobody could look: the next time.
            } catch {
                unsound.insert(layer)
            }
        }
        try await record(sound)
    }

    /// It is not there, or not frozen.
    private struct Unsound: Error {}

    // MARK: Rounds

    /// Looks inside all layers, one after the other.
    var inspection: Reconciler {
        Reconciler(
            name: "looking inside layers", period: LayerProving.roundPause, firstDelay: LayerProving.firstDelay
        ) {
            try await inspectAll()
        }
    }

    /// Layer by layer, so that nothing grows with their number.
    private func inspectAll() async throws {
        var place: LayerID?
        repeat {
            let layers = try await store.read { [place] in
                try $0.layersAtRest(after: place, limit: LayerProving.readAtOnce)
            }
            for layer in layers {
                try Task.checkCancellation()
                let begin = pace.now()
                guard try await inspect(layer) else { continue }
                let pause = begin.duration(to: pace.now()) * LayerProving.pauseFactor
                try await pace.pause(max(pause, LayerProving.shortestPause))
            }
            place = layers.count < LayerProving.readAtOnce ? nil : layers.last
        } while place != nil
    }

    /// - Returns: false if that was done since it changed, or cannot be done now.
    private func inspect(_ layer: LayerID) async throws -> Bool {
        let chain = try await store.read { try $0.chain(to: layer) }
        var stamp: LayerStamp?
        do {
            stamp = try await engine.proveTables(of: layer)?.stamp
            guard stamp != nil, !inspections.isDone(layer, stamp, .image) else { return false }
            try await engine.verify(chain.map { Layer(id: $0.id, size: $0.size) }, .structure)
            inspections.note(layer, stamp, .image, damage: nil)
        } catch  where error.reason == .damaged {
            try await tell(layer, stamp, error.message, chain)
        } catch {
            // A process has opened it meanwhile, or the disk is slow: the next round.
            logger.debug("a layer was not looked into", metadata: ["layer": "\(layer)", "cause": "\(error)"])
        }
        return true
    }

    /// What was deleted or resized meanwhile, or is about to be, is not damaged.
    private func tell(
        _ layer: LayerID, _ stamp: LayerStamp?, _ damage: String, _ chain: [LayerRecord]
    ) async throws {
        let isStill = try await store.read { transaction in
            try transaction.chain(to: layer) == chain && transaction.isAtRest(layer)
        }
        guard isStill else { return }
        inspections.note(layer, stamp, .image, damage: damage)
        logger.error("a layer is damaged", metadata: ["layer": "\(layer)", "cause": "\(damage)"])
    }
}
