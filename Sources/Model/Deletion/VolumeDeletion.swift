extension Volume: Deletable {
    public static var deleting: State { .deleting }
    public static var errorDeleting: State { .errorDeleting }

    public var relations: [Relation] {
        placement.map { [Relation(.isAttachedTo, $0.serverID, slot: $0.slot)] } ?? []
    }

    public var keptLayerID: LayerID? { topLayerID }

    /// What hangs on it goes first; then it is detached, for which its clients must be gone.
    public func walk(_ walk: inout DeletionWalk, _ cause: DeletionWalk.Cause) {
        walk.visitHanging(on: self)
        if let placement {
            walk.noteClients(of: self)
            let server = walk.graph.get(placement.serverID)
            if let server { walk.note(server, onlyBusy: true) }
            walk.append(
                .detach, self, .init(.volumeAttached, requiredBy: id.rawValue),
                loses: "nothing; \(server?.header.name ?? placement.serverID.rawValue) loses access to it")
        }
        walk.delete(self, cause, loses: lossOfDeletion)
    }

    var lossOfDeletion: String { "the volume's \(size) of data as it is now" }
}

extension DeletionWalk {
    /// Notes clients that may use a volume, unless they are cut off.
    ///
    /// - Parameter remedy: nil: it is about the volume alone.
    mutating func noteClients(of volume: Volume, remedy: Remedy? = nil) {
        guard !scope.cutsOffClients, let clients = graph.clients[volume.id] else { return }
        for blocker in clients.blockers(of: volume) {
            // Whether it is in use is for the detachment to find out, which destroys nothing.
            report(blocker, remedy ?? (clients.areOfThisVolume ? .disconnect(volume) : .detach(volume)))
        }
    }
}
