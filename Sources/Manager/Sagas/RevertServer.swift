internal import Engine
internal import Model
internal import Operations
internal import Store

/// Gives volumes of a server the bytes that they had in one of its server snapshots, all in one transaction, and keeps
/// what all its volumes hold now in another one.
///
/// As with one volume: the layers over the snapshots are made first, the cut freezes the old tops, and what the cut
/// made on top of those that are reverted goes at once. A server that ran is stopped before and served again
/// afterwards; that it cannot be served does not undo the revert.
struct RevertServerSaga: Saga {
    static let type = "REVERT_SERVER"

    let serverID: ServerID
    /// All of the server.
    let volumeIDs: [VolumeID]
    /// Of them those that are reverted.
    let replacements: [LayerReplacement]
    /// Cuts all of them while nobody has them open, into a server snapshot.
    let safety: TakeSnapshotSaga
    /// The server ran: it is stopped before, and served afterwards.
    let restarts: Bool
    /// Cuts off connected clients.
    let force: Bool

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let taking = safety.definition(tools)
        let making = StepDefinition(
            name: "create-layers",
            run: { _ in
                for one in replacements { try await tools.engine.createLayer(one.layer, over: one.parents) }
            },
            undo: { _ in for one in replacements { try await tools.engine.deleteLayer(one.layer.id) } })
        let replaced = Set(replacements.map(\.volumeID))
        let overlays = safety.parts.filter { replaced.contains($0.volumeID) }.map(\.overlay.id)
        let switching = StepDefinition(
            name: "delete-overlays", attempts: .deletion,
            ends: { transaction, operation, now in
                try noteGrade(in: transaction, by: operation, at: now)
                for id in volumeIDs {
                    try transaction.change(id, by: operation, at: now) { $0.enter(.inUse, at: now) }
                }
                try taking.complete(transaction, &operation, now)
                try replaceTops(in: transaction, by: operation, at: now)
                for id in overlays { try transaction.deleteLayer(id) }
            },
            run: { _ in for id in overlays { try await tools.engine.deleteLayer(id) } })
        let stopping = restarts ? tools.stopping(serverID, volumeIDs, force: force) : []
        let serving = restarts ? [tools.servingAgain(serverID, volumeIDs)] : []
        return OperationDefinition(
            steps: stopping + [making] + taking.steps + [switching] + serving, complete: complete,
            rollback: { transaction, operation, now in
                try giveBack(in: transaction, &operation, at: now)
                try taking.rollback(transaction, &operation, now)
                for one in replacements { try transaction.deleteLayer(one.layer.id) }
            })
    }

    /// Who wrote until the server was stopped is known only now.
    private func noteGrade(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        var worst = Consistency.offline
        for part in safety.parts {
            guard let volume: Volume = try transaction.get(part.volumeID) else { continue }
            let grade = volume.consistency(on: nil)
            worst = min(worst, grade)
            try transaction.change(part.snapshotID, by: operation, at: now) { $0.consistency = grade }
        }
        guard let id = safety.serverSnapshotID else { return }
        try transaction.change(id, by: operation, at: now) { $0.consistency = worst }
    }

    /// All volumes stay busy until the operation ends.
    private func replaceTops(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        let tops = Dictionary(replacements.map { ($0.volumeID, $0) }) { first, _ in first }
        for id in volumeIDs {
            try transaction.change(id, by: operation, at: now) { volume in
                volume.header.operationID = operation.id
                guard let replacement = tops[id] else { return }
                volume.topLayerID = replacement.layer.id
                volume.writerWasKilled = replacement.consistency != .offline
            }
        }
        for one in replacements { try transaction.setLayer(one.layer.id, .active) }
    }

    private func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        guard restarts else {
            for id in volumeIDs { try transaction.settle(id, .inUse, by: operation, at: now) }
            return try transaction.release(serverID, by: operation, at: now)
        }
        try StartServerSaga(serverID: serverID, volumeIDs: volumeIDs, shouldRunAlready: true)
            .complete(transaction, &operation, now)
    }

    private func giveBack(
        in transaction: any WriteTransaction, _ operation: inout Operation, at now: Timestamp
    ) throws {
        guard restarts else {
            for id in volumeIDs { try transaction.restore(id, .inUse, after: operation, at: now) }
            return try transaction.release(serverID, by: operation, at: now)
        }
        try StopServerSaga(serverID: serverID, volumeIDs: volumeIDs, force: force)
            .work.giveBack(in: transaction, by: operation, operation.failure(resolvableBy: .user), at: now)
    }
}
