/// Volumes, snapshots and server snapshots, and what they name.
extension ConsistencyCheck {
    func requestsHaveTheirAnswer() -> [ConsistencyFinding] {
        rows.requestsWithoutAnswer.map {
            ConsistencyFinding(
                .requestWithoutAnswer, kind: "request", id: $0,
                "the request \($0) is remembered with an operation that is not there; it is forgotten within a week")
        }
    }

    func volumesHaveAnActiveLayer() -> [ConsistencyFinding] {
        rows.volumes.filter { isIdle($0) && ($0.state == .available || $0.state == .inUse) }.compactMap { volume in
            wrongState(volume, volume.topLayerID, .active)
        }
    }

    func snapshotsHaveAFrozenLayer() -> [ConsistencyFinding] {
        rows.snapshots.filter { isIdle($0) && $0.state == .available }.compactMap { snapshot in
            wrongState(snapshot, snapshot.layerID, .frozen)
        }
    }

    private func wrongState(
        _ subject: some Resource, _ id: LayerID, _ state: LayerRecord.State
    ) -> ConsistencyFinding? {
        let layer = rows.layers[id]
        guard layer?.state != state else { return nil }
        return ConsistencyFinding(
            .wrongLayerState, subject,
            "needs layer \(id) to be \(state.rawValue), and it is \(layer?.state.rawValue ?? "not recorded"): "
                + "restore the metadata from a backup")
    }

    func membersAreOfOneCut() -> [ConsistencyFinding] {
        let members = Dictionary(grouping: rows.snapshots.filter { $0.serverSnapshotID != nil }) {
            $0.serverSnapshotID
        }
        return rows.serverSnapshots.filter { isIdle($0) && $0.state == .available }.compactMap { owner in
            let strangers = (members[owner.id] ?? []).filter { $0.cutTime != owner.cutTime || $0.state != .available }
            guard let stranger = strangers.first else { return nil }
            return ConsistencyFinding(
                .memberOfAnotherCut, owner,
                "has the member \(stranger.header.name) (\(stranger.id)), which is \(stranger.state.rawValue) or of "
                    + "another instant: what is restored from it does not fit together; take a new one")
        }
    }

    func transitionsHaveAnOperation() -> [ConsistencyFinding] {
        transitions(rows.servers) + transitions(rows.volumes) + transitions(rows.snapshots)
            + transitions(rows.serverSnapshots)
    }

    private func transitions<Subject: Resource>(_ subjects: [Subject]) -> [ConsistencyFinding] {
        subjects.filter(isIdle).compactMap { subject in
            if let operation = subject.header.operationID {
                return ConsistencyFinding(
                    .operationEnded, subject,
                    "is busy with \(operation), which has ended or is not there: \(Self.resolveAdvice)")
            }
            guard Self.transitions.contains(subject.state.rawValue) else { return nil }
            return ConsistencyFinding(
                .transitionWithoutOperation, subject,
                "is \(subject.state.rawValue), and no operation is about it: \(Self.resolveAdvice)")
        }
    }

    private static var resolveAdvice: String { "restart holdpointd; if that does not help, restore from a backup" }

    /// States that only last while an operation runs.
    private static let transitions: Set<String> = [
        "CREATING", "ATTACHING", "DETACHING", "RESIZING", "REVERTING", "DELETING", "PROVISIONING", "STOPPING",
        "STARTING", "REBOOTING",
    ]
}
