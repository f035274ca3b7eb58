internal import Model

extension VolumeSnapshot: ManagedKind {
    var restingState: State { .available }
}

extension ServerSnapshot: ManagedKind {
    typealias Member = VolumeSnapshot

    var restingState: State { .available }
}
