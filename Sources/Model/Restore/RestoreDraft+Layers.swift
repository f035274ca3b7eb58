/// What becomes of layers: the volumes' tops, the graph, and what nobody knows.
extension RestoreDraft {
    /// Gives every volume a top that nothing else needs.
    mutating func placeTops(_ newID: () -> LayerID) {
        let ofSnapshots = Set(snapshots.values.map(\.layerID))
        let recorded = Dictionary(rows.volumes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for volume in volumes.values.sorted(by: { $0.id.rawValue < $1.id.rawValue }) {
            var placed = volume
            if let top = sound[volume.topLayerID] {
                if mayBeWritten(top.id), !ofSnapshots.contains(top.id) {
                    writtenTops.insert(top.id)
                } else {
                    placed.topLayerID = putOverlay(on: top, of: volume.id, newID)
                }
            }
            volumes[volume.id] = placed
            if placed != recorded[volume.id] { plan.volumes.updated.append(placed) }
        }
    }

    private func mayBeWritten(_ layer: LayerID) -> Bool {
        !named.contains(layer) && inventory.layers[layer]?.isWritable == true
    }

    private mutating func putOverlay(on top: LayerRecord, of volume: VolumeID, _ newID: () -> LayerID) -> LayerID {
        let found = emptyOverlay(on: top)
        let layer = LayerRecord(
            id: found ?? newID(), parentID: top.id, size: top.size, depth: top.depth + 1, state: .active)
        plan.overlays.append(RestorePlan.Overlay(volumeID: volume, layer: layer, exists: found != nil))
        if let found {
            adopted.insert(found)
            writtenTops.insert(found)
        }
        return layer.id
    }

    /// A layer on this one that nobody knows and that holds nothing: as good as a new one. So a restore that is run
    /// again, or was interrupted, leaves no more behind than the first.
    private func emptyOverlay(on top: LayerRecord) -> LayerID? {
        (resting[top.id] ?? []).filter { layer in
            layer.size == top.size && !isKnown(layer.id) && !adopted.contains(layer.id)
                && mayBeWritten(layer.id) && inventory.layers[layer.id]?.holdsData == false
        }.map(\.id).min { $0.rawValue < $1.rawValue }
    }

    mutating func settleLayers() {
        let unknown = sound.keys.filter { !isKnown($0) && !adopted.contains($0) }
        let origins = origins
        plan.quarantined = unknown.sorted { $0.rawValue < $1.rawValue }.map { layer in
            let origin = ancestry(of: layer).lazy.compactMap { origins[$0] }.first
            return RestorePlan.QuarantinedPart(layerID: layer, origin: origin ?? .init(unknownFor: layer))
        }
        let kept = Set(sound.keys).union(neededRows())
        settleRows(kept)
        plan.droppedLayers = rows.layers.values.filter { !kept.contains($0.id) }
            .sorted { ($1.depth, $0.id.rawValue) < ($0.depth, $1.id.rawValue) }.map(\.id)
        plan.frozen = sound.keys.filter { !writtenTops.contains($0) }.sorted { $0.rawValue < $1.rawValue }
        plan.rejectedLayers = inventory.layers.keys.filter { !kept.contains($0) }
            .sorted { $0.rawValue < $1.rawValue }
        plan.strays = inventory.strays.filter { $0.layerID.map { !kept.contains($0) } ?? true }
    }

    /// Layers whose rows stay although their data is not there: of resources that stay.
    private func neededRows() -> Set<LayerID> {
        let tops = rows.volumes.filter { volumes[$0.id] != nil }.map(\.topLayerID)
        let users = tops + snapshots.values.map(\.layerID)
        return ancestry(of: users).filter { rows.layers[$0] != nil }
    }

    private mutating func settleRows(_ kept: Set<LayerID>) {
        // A top that was lost keeps its state: it is what its volume names.
        let tops = writtenTops.union(volumes.values.map(\.topLayerID))
        var settled: [LayerID: LayerRecord] = [:]
        for id in kept.sorted(by: { $0.rawValue < $1.rawValue }) {
            // Root first, so that each finds its parent's depth.
            for id in ancestry(of: id).reversed() where kept.contains(id) && settled[id] == nil {
                guard var row = sound[id] ?? rows.layers[id] else { continue }
                let parent = row.parentID.flatMap { settled[$0] }
                row.parentID = parent?.id
                row.depth = parent.map { $0.depth + 1 } ?? 0
                row.state = tops.contains(id) ? .active : .frozen
                settled[id] = row
                plan.layers.append(row)
            }
        }
        plan.layers += plan.overlays.filter { !$0.exists }.map(\.layer)
    }

    /// Whose layers were: what nobody knows belonged to the first that lies beneath it.
    private var origins: [LayerID: QuarantinedLayer.Origin] {
        let ofVolumes = rows.volumes.map { ($0.topLayerID, QuarantinedLayer.Origin($0)) }
        let ofSnapshots = rows.snapshots.map { snapshot in
            (
                snapshot.layerID,
                QuarantinedLayer.Origin(kind: .snapshot, id: snapshot.id.rawValue, name: snapshot.header.name)
            )
        }
        return Dictionary(ofVolumes + ofSnapshots, uniquingKeysWith: { first, _ in first })
    }
}
