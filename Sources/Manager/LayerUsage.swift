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
        /// Since when nothing can have written it; as long as that stays the same, so does its usage. Nil: it may be
        /// written right now.
        let settledSince: Timestamp?
    }

    fileprivate struct Measurement {
        let bytes: ByteCount
        let time: ContinuousClock.Instant
        let settledSince: Timestamp?
    }

    private let measurements = Mutex<[LayerID: Measurement]>([:])

    /// - Returns: nil: it has to be measured.
    func known(_ subject: Subject, at now: ContinuousClock.Instant) -> ByteCount? {
        guard let measured = measurements.withLock({ $0[subject.layer] }), measured.isGood(for: subject, at: now) else {
            return nil
        }
        return measured.bytes
    }

    /// - Parameter time: from before the measuring.
    func note(_ usage: [LayerID: ByteCount], of subjects: [Subject], at time: ContinuousClock.Instant) {
        measurements.withLock { measurements in
            if measurements.count + subjects.count > Self.capacity { measurements = [:] }
            for subject in subjects {
                measurements[subject.layer] = usage[subject.layer].map {
                    Measurement(bytes: $0, time: time, settledSince: subject.settledSince)
                }
            }
        }
    }
}

extension LayerUsage.Measurement {
    fileprivate func isGood(for subject: LayerUsage.Subject, at now: ContinuousClock.Instant) -> Bool {
        if let since = subject.settledSince { return settledSince == since }
        return time.duration(to: now) < LayerUsage.validity
    }
}

extension ResourceManager {
    func usage(of subject: LayerUsage.Subject) async throws -> ByteCount {
        if let known = layerUsage.known(subject, at: .now) { return known }
        return try await usage(of: [subject])[0]
    }

    /// What each layer takes, in their order; one without a file takes nothing.
    func usage(of subjects: [LayerUsage.Subject]) async throws -> [ByteCount] {
        let now = ContinuousClock.now
        let known = subjects.compactMap { layerUsage.known($0, at: now) }
        if known.count == subjects.count { return known }
        let measured = try await engine.usage(of: subjects.map(\.layer))
        layerUsage.note(measured, of: subjects, at: now)
        return subjects.map { measured[$0.layer] ?? .zero }
    }
}

extension Volume {
    /// A volume that is attached, or changing, may be written. Whatever writes another one changes its state.
    var usageSubject: LayerUsage.Subject {
        let isSettled = state == .available && placement == nil && header.operationID == nil
        return .init(layer: topLayerID, settledSince: isSettled ? header.stateSince : nil)
    }
}

extension VolumeSnapshot {
    /// A snapshot's bytes never change.
    var usageSubject: LayerUsage.Subject {
        .init(layer: layerID, settledSince: state == .available ? header.stateSince : nil)
    }
}
