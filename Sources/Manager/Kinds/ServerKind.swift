internal import Model

extension Server: ManagedKind {
    var restingState: State { desiredState == .running ? .running : .stopped }

    /// It has no data of its own.
    var isWhole: Bool { true }

    static var isHeldInTurns: Bool { false }

    static var works: [any ResourceWork.Type] { [ServerDeletion.self, ServerStop.self] }

    static var deletionSaga: any Saga.Type { DeleteServerSaga.self }

    static func deletion(
        _ step: DeletionPlan.Step, in graph: DeletionGraph, freeing freed: FreedLayers, force: Bool
    ) -> any ResourceWork {
        let id = ServerID(stored: step.id)
        return ServerDeletion(id: id, volumes: graph.volumes(of: id), force: force)
    }
}

extension DeletionGraph {
    /// A server's volumes, in the order of the slots.
    func volumes(of server: ServerID) -> [VolumeID] {
        all(Volume.self).filter { $0.placement?.serverID == server }
            .sorted { ($0.placement?.slot ?? 0) < ($1.placement?.slot ?? 0) }.map(\.id)
    }
}
