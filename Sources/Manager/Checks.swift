internal import Model
internal import Store

/// What a change asks of a resource before it begins. Pure.
extension Resource {
    /// - Throws: `ETAG_MISMATCH` if the caller has seen another version.
    func requireEtag(_ etag: String) throws(Refusal) {
        guard !etag.isEmpty, etag != header.etag else { return }
        throw Refusal(
            .etagMismatch,
            "\(Self.kind.words) \(header.name) was changed meanwhile: it is at \(header.etag), "
                + "not at \(etag); read it again"
        )
    }

    func requireState(_ allowed: State...) throws(Refusal) {
        guard !allowed.contains(state) else { return }
        try requireNoFailedDeletion()
        let cause = header.failure.map { " (\($0.reason): \($0.message))" } ?? ""
        throw Refusal(
            .stateForbids,
            "\(Self.kind.words) \(header.name) is \(state.rawValue)\(cause); "
                + "this needs \(allowed.map(\.rawValue).joined(separator: " or "))"
        )
    }
}

extension VolumeSnapshot {
    func requireUsable() throws(Refusal) {
        try requireIdle()
        try requireState(.available)
    }
}

extension ServerSnapshot {
    func requireUsable() throws(Refusal) {
        try requireIdle()
        try requireState(.available)
    }
}

extension Refusal {
    static func attached(_ volume: Volume, _ message: String) -> Refusal {
        var refusal = Refusal(.volumeAttached, message)
        refusal.blockers = [volume.blocker(.volumeAttached)]
        refusal.remedies = [.detach(volume)]
        return refusal
    }

    static func notAttached(_ volume: Volume) -> Refusal {
        Refusal(.volumeNotAttached, "volume \(volume.header.name) is not attached")
    }

    static func chainTooDeep(_ volume: Volume, _ deepest: Int) -> Refusal {
        var refusal = Refusal(
            .chainTooDeep,
            "volume \(volume.header.name) has \(deepest) layers, as many as it can have: "
                + "copy its data to a new volume and go on with that")
        refusal.blockers = [volume.blocker(.chainTooDeep)]
        return refusal
    }
}
