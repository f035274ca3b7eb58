internal import Engine
internal import Model
internal import Synchronization

/// What looks inside layers have found, so that nothing is looked into twice that has not changed. In memory: after a
/// restart the looks begin anew, in the background.
final class LayerInspections: Sendable {
    /// How thoroughly; each includes the ones before it.
    enum Depth: Int, CaseIterable {
        /// Its tables lie in its file.
        case tables
        /// The engine's own checker found nothing.
        case image
    }

    private struct Inspection {
        let stamp: LayerStamp
        let depth: Depth
        let damage: String?
        let time = ContinuousClock.now
    }

    /// Layers that are remembered, some 200 bytes each. Of more, only those that are damaged.
    private static let maximumCount = 200_000
    /// Disks forget without anybody writing, so what was sound is looked into again after that time.
    private static let validity = Duration.seconds(24 * 3_600)

    private let inspections = Mutex<[LayerID: Inspection]>([:])

    /// Whether a layer was looked into that deep since its file was written last. One that is damaged is done.
    func isDone(_ layer: LayerID, _ stamp: LayerStamp?, _ depth: Depth) -> Bool {
        inspections.withLock { inspections in
            guard let known = inspections[layer], known.stamp == stamp, known.time + Self.validity > .now else {
                return false
            }
            return known.depth.rawValue >= depth.rawValue || known.damage != nil
        }
    }

    /// What was found wrong with a layer whose file looks like that.
    func damage(of layer: LayerID, _ stamp: LayerStamp?) -> String? {
        inspections.withLock { inspections in
            guard let known = inspections[layer], known.stamp == stamp else { return nil }
            return known.damage
        }
    }

    /// - Parameter stamp: from before the look; nil: nothing can be remembered.
    func note(_ layer: LayerID, _ stamp: LayerStamp?, _ depth: Depth, damage: String?) {
        guard let stamp else { return }
        inspections.withLock { inspections in
            if damage == nil, let known = inspections[layer], known.stamp == stamp,
                known.depth.rawValue > depth.rawValue
            {
                return
            }
            guard inspections.count < Self.maximumCount || inspections[layer] != nil || damage != nil else { return }
            inspections[layer] = Inspection(stamp: stamp, depth: depth, damage: damage)
        }
    }

    func forget(_ layers: some Sequence<LayerID>) {
        inspections.withLock { inspections in for layer in layers { inspections[layer] = nil } }
    }

    func forgetAll(but layers: [LayerID: LayerRecord]) {
        inspections.withLock { inspections in inspections = inspections.filter { layers[$0.key] != nil } }
    }
}
