/// How a volume's grade is carried: what it holds is OFFLINE only by proof that its last writer ended cleanly, and
/// CRASH from a writer's death on, through detaches, copies and reverts, until a later writer is proved to have ended
/// cleanly.
extension Volume {
    /// Notes what its layer holds before it is served. While it is served that stays.
    public mutating func beginServing(_ activity: LayerActivity) {
        guard servedLayer == nil else { return }
        servedLayer = ServedLayer(layerID: topLayerID, version: activity.version)
    }

    /// Nothing is proved of its writers until now, whatever they had written. For before something that makes their
    /// data durable, in case nobody lives to judge them afterwards.
    ///
    /// - Parameter activity: its top now; nil: not known.
    public mutating func doubtWriters(at activity: LayerActivity?) {
        guard let servedLayer else { return }
        writerWasKilled = true
        self.servedLayer = ServedLayer(layerID: topLayerID, version: activity?.version ?? servedLayer.version)
    }

    /// Takes such a doubt back: what it had before counts.
    public mutating func takeBackDoubt(_ before: Volume) {
        writerWasKilled = before.writerWasKilled
        servedLayer = before.servedLayer
    }

    /// Its process has ended: what its writers had not flushed is gone.
    public mutating func loseWriter() {
        writerWasKilled = true
        servedLayer = nil
    }

    /// Judges what the writers of its top left, at a moment when everything that they sent was made durable.
    ///
    /// A write that had to be made durable then was flushed by nobody before. Nothing of the kind is left of a write to
    /// bytes that the layer held before; of those only an end in the midst of a request is seen.
    /// - Parameters:
    ///   - before: its top before that moment; nil: not known.
    ///   - after: its top after it.
    public mutating func judgeWriters(before: LayerActivity?, after: LayerActivity?) {
        guard let servedLayer else { return }
        guard let before, let after, before.version == after.version else { return writerWasKilled = true }
        // A cut has put a layer without data on top since.
        let beginning = servedLayer.layerID == topLayerID ? servedLayer.version : 0
        guard after.version != beginning else { return }
        writerWasKilled = after.isBrokenOff
    }

    /// Nobody serves it any more.
    ///
    /// - Parameter isCutOff: its clients were not asked.
    public mutating func endServing(before: LayerActivity?, after: LayerActivity?, isCutOff: Bool) {
        judgeWriters(before: before, after: after)
        if isCutOff, servedLayer != nil { writerWasKilled = true }
        servedLayer = nil
    }

    /// Its top was changed by something that is no writer, such as a resize; who had written before is not proved to
    /// have ended well.
    public mutating func passOver(from before: LayerActivity, to after: LayerActivity) {
        guard let servedLayer else { return }
        let beginning = servedLayer.layerID == topLayerID ? servedLayer.version : 0
        if before.version != beginning { writerWasKilled = true }
        self.servedLayer = ServedLayer(layerID: topLayerID, version: after.version)
    }
}

extension VolumeSnapshot {
    /// What is made from it holds no more than what a power cut leaves.
    public var isCrashConsistent: Bool { consistency < .offline }
}
