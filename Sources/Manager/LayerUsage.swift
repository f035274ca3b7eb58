internal import Model
internal import Synchronization

/// Bytes that layers take, as last measured: asking the file system costs more than all the rest of a read. In memory;
/// what is not kept is measured.
final class LayerUsage: Sendable {
    /// Layers that are kept, about 25 MB of memory; beyond it all are measured anew.
    static let capacity = 200_000
    /// How long the measurement of a layer that may be written is good for.
    static let validity = Duration.seconds(1)

    /// A layer as somebody saw it.
    struct Subject {
        let layer: LayerID
        /// Of what alone can have it written, if nothing writes it: as long as that stays the same, so does its usage.
        /// Nil: it may be written right now.
        let settledRevision: Int64?
    }

    fileprivate struct Measurement {
        let bytes: ByteCount
        let time: ContinuousClock.Instant
        let settledRevision: Int64?
    }

    private let measurements = Mutex<[LayerID: Measurement]>([:])

    /// - Returns: nil: not all of them are known.
    func known(_ subjects: [Subject], at now: ContinuousClock.Instant) -> [ByteCount]? {
        measurements.withLock { measurements in
            var known: [ByteCount] = []
            for subject in subjects {
                guard let measured = measurements[subject.layer], measured.isGood(for: subject, at: now) else {
                    return nil
                }
                known.append(measured.bytes)
            }
            return known
        }
    }

    /// - Parameter time: from before the measuring.
    func note(_ usage: [LayerID: ByteCount], of subjects: [Subject], at time: ContinuousClock.Instant) {
        measurements.withLock { measurements in
            if measurements.count + subjects.count > Self.capacity { measurements = [:] }
            for subject in subjects {
                measurements[subject.layer] = usage[subject.layer].map {
                    Measurement(bytes: $0, time: time, settledRevision: subject.settledRevision)
                }
            }
        }
    }
}

extension LayerUsage.Measurement {
    fileprivate func isGood(for subject: LayerUsage.Subject, at now: ContinuousClock.Instant) -> Bool {
        if let revision = subject.settledRevision { return settledRevision == revision }
        return time.duration(to: now) < LayerUsage.validity
    }
}

extension ResourceManager {
    func usage(of subject: LayerUsage.Subject) async throws -> ByteCount {
        try await usage(of: [subject])[0]
    }

    /// What each layer takes, in their order; one without a file takes nothing.
    func usage(of subjects: [LayerUsage.Subject]) async throws -> [ByteCount] {
        let now = ContinuousClock.now
        if let known = layerUsage.known(subjects, at: now) { return known }
        let measured = try await engine.usage(of: subjects.map(\.layer))
        layerUsage.note(measured, of: subjects, at: now)
        return subjects.map { measured[$0.layer] ?? .zero }
    }
}

extension Volume {
    /// A volume that is attached, or changing, may be written.
    var usageSubject: LayerUsage.Subject {
        let isSettled = state == .available && placement == nil && header.operationID == nil
        return .init(layer: topLayerID, settledRevision: isSettled ? header.revision : nil)
    }
}

extension VolumeSnapshot {
    /// A snapshot's bytes never change.
    var usageSubject: LayerUsage.Subject {
        .init(layer: layerID, settledRevision: state == .available ? 0 : nil)
    }
}
