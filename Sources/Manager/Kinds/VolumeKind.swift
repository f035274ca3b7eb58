internal import Model

extension Volume: ManagedKind {
    var restingState: State { placement == nil ? .available : .inUse }

    /// While it is attached nothing of it was deleted.
    var isWhole: Bool { placement != nil }

    static var isHeldInTurns: Bool { false }

    static var works: [any ResourceWork.Type] { [DataDeletion<Volume>.self, VolumeDetachment.self] }
}
