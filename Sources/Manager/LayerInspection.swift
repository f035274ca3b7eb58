internal import Engine
internal import Logging
internal import Model
internal import Store

extension ResourceManager {
    /// How long one check looks inside layers. What is left is told, and goes on in the background or in the next call.
    struct InspectionTime {
        /// Reading tables costs little: this is enough for thousands of layers.
        var tables: Duration
        /// The engine's own checker is a process each.
        var images: Duration

        static let quick = InspectionTime(tables: .seconds(5), images: .seconds(2))
        static let thorough = InspectionTime(tables: .seconds(10), images: .seconds(10))
    }

    /// Looks inside layers that were not looked into since they changed, and remembers what it finds.
    ///
    /// - Returns: how many were not looked into as deep as can be.
    func inspect(_ layers: [LayerID], of check: ConsistencyCheck, within time: InspectionTime) async throws -> Int {
        try await inspect(layers, .tables, of: check, within: time.tables)
        try await inspect(layers, .image, of: check, within: time.images)
        return layers.count { !inspections.isDone($0, check.stamp(of: $0), .image) }
    }

    private func inspect(
        _ layers: [LayerID], _ depth: LayerInspections.Depth, of check: ConsistencyCheck, within time: Duration
    ) async throws {
        let end = ContinuousClock.now + time
        var sound: [LayerID: LayerStamp] = [:]
        for layer in layers where !inspections.isDone(layer, check.stamp(of: layer), depth) {
            guard ContinuousClock.now < end else { break }
            try Task.checkCancellation()
            if let stamp = await inspect(layer, depth, of: check) { sound[layer] = stamp }
        }
        try await record(sound)
    }

    /// Looks into one layer as deep as can be, unless that was done since it changed.
    func inspect(_ layer: LayerID, of check: ConsistencyCheck) async {
        for depth in LayerInspections.Depth.allCases
        where !inspections.isDone(layer, check.stamp(of: layer), depth) {
            _ = await inspect(layer, depth, of: check)
        }
    }

    /// - Returns: the stamp of a frozen layer whose tables were found sound.
    private func inspect(_ layer: LayerID, _ depth: LayerInspections.Depth, of check: ConsistencyCheck) async
        -> LayerStamp?
    {
        let stamp = check.stamp(of: layer)
        do {
            switch depth {
            case .tables:
                guard let facts = try await engine.proveTables(of: layer) else { return nil }
                inspections.note(layer, facts.stamp, .tables, damage: nil)
                return facts.isWritable ? nil : facts.stamp
            case .image:
                let chain = check.chain(to: layer).map { Layer(id: $0.id, size: $0.size) }
                try await engine.verify(chain, .structure)
                inspections.note(layer, stamp, .image, damage: nil)
            }
        } catch let error where error.reason == .damaged {
            inspections.note(layer, stamp, depth, damage: error.message)
        } catch {
            // A process has opened it meanwhile, or the disk is slow: it stays to be looked into.
            logger.debug("a layer was not looked into", metadata: ["layer": "\(layer)", "cause": "\(error)"])
        }
        return nil
    }

    /// Records how the files of sound frozen layers look, so that a later change shows. Without room for that the next
    /// look does it.
    func record(_ stamps: [LayerID: LayerStamp]) async throws {
        guard !stamps.isEmpty else { return }
        do {
            try await store.write { transaction in
                for (layer, stamp) in stamps { try transaction.stamp(layer, stamp) }
            }
        } catch StoreError.storageFull {
            logger.warning("no room to record how frozen layers look", metadata: ["count": "\(stamps.count)"])
        }
    }
}
