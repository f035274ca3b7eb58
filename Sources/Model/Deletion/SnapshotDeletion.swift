extension VolumeSnapshot: Deletable {
    public static var deleting: State { .deleting }
    public static var errorDeleting: State { .errorDeleting }

    public var relations: [Relation] {
        [Relation(.hangsOn(.volumeHasSnapshots), volumeID)]
            + (serverSnapshotID.map { [Relation(.goesWith(.snapshotOwned), $0, slot: slot)] } ?? [])
    }

    public var keptLayerID: LayerID? { layerID }

    /// A member goes with its server snapshot.
    public func walk(_ walk: inout DeletionWalk, _ cause: DeletionWalk.Cause) {
        if let owner { return walk.visit(owner.key, .init(owner.reason, requiredBy: id.rawValue)) }
        walk.visitHanging(on: self)
        walk.delete(self, cause, loses: "the data of \(volumeName) as it was at this snapshot")
    }
}
