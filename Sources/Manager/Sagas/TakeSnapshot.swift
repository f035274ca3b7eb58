internal import Engine
internal import Model
internal import Operations
internal import Store

/// Cuts one volume, or all volumes of a server, at one instant.
///
/// The cut has no undo: undoing it would destroy what was written and flushed since. Before it the overlays are
/// recorded as POSSIBLY_ACTIVE; from there on the operation only goes forward.
struct TakeSnapshotSaga: Saga {
    static let type = "CREATE_SNAPSHOT"

    struct Part: Codable, Sendable {
        let volumeID: VolumeID
        let snapshotID: SnapshotID
        /// The volume's active layer, which the cut freezes.
        let frozen: LayerID
        let overlay: Layer
    }

    let parts: [Part]
    /// The server that the volumes are attached to; nil: they are detached.
    let serverID: ServerID?
    let serverSnapshotID: ServerSnapshotID?
    /// How long the cut may wait for what clients have begun; nil: an older release accepted it, which had none.
    let limitMilliseconds: Int?

    func definition(_ tools: SagaTools) -> OperationDefinition {
        let notes = CutNotes()
        let preparing = StepDefinition(
            name: "prepare-overlays", run: { _ in try await prepare(tools) },
            undo: { _ in try await discard(notes, tools) })
        let cutting = StepDefinition(
            name: Self.cutStep, pointOfNoReturn: true, begins: begins,
            ends: { transaction, operation, now in
                notes.tell(&operation)
                for part in parts {
                    if let time = notes.cutTime {
                        try transaction.change(part.snapshotID, by: operation, at: now) { $0.cutTime = time }
                    }
                    let (before, after) = notes.looks(at: part.volumeID)
                    try transaction.change(part.volumeID, by: operation, at: now) { volume in
                        volume.judgeWriters(before: before, after: after)
                    }
                }
            },
            run: { try await cut($0, notes, tools) })
        return OperationDefinition(
            steps: parts.isEmpty ? [] : [preparing, cutting], complete: complete,
            rollback: { transaction, operation, now in
                notes.tell(&operation)
                try rollback(transaction, &operation, now)
            })
    }

    private var limit: Duration { .milliseconds(limitMilliseconds ?? CutLimit.default.milliseconds) }

    private func cut(_ context: StepContext, _ notes: CutNotes, _ tools: SagaTools) async throws {
        let (cuts, process) = (try await cuts(tools), try await tools.serving(serverID))
        let volumes = parts.map(\.volumeID)
        // One that may have been cut before shows nothing of who had written until then.
        let before = await isFirstTry(context) ? tools.writers.look(at: volumes, on: process) : [:]
        do throws(CutFailure) {
            let report = try await tools.engine.cut(cuts, of: process, within: limit)
            notes.setCutTime(tools.clock())
            notes.add(report)
            context.logger.info("cut", metadata: ["volumes": "\(parts.count)", "duration": "\(report.duration)"])
        } catch {
            notes.add(error)
            // Where nothing was cut, now or before, the overlays are as they were prepared.
            guard error.outcome == .nothingCut, isFirstTry(context) else { throw error.cause }
            throw StepRefusal(error.cause)
        }
        notes.add(before: before, after: await tools.writers.look(at: volumes, on: process))
    }

    private func prepare(_ tools: SagaTools) async throws {
        let cuts = try await cuts(tools)
        guard let process = try await tools.serving(serverID) else {
            return try await tools.engine.prepareCut(cuts, of: nil)
        }
        try await tools.requireAnswer(of: process)
        try await tools.withProcess(of: process) { try await tools.engine.prepareCut(cuts, of: process) }
    }

    private func discard(_ notes: CutNotes, _ tools: SagaTools) async throws {
        let cuts = try await cuts(tools)
        do {
            notes.add(disconnected: try await tools.engine.discardCut(cuts, of: try await tools.serving(serverID)))
        } catch let error as EngineError where error.reason == .serverLost {
            try await tools.engine.discardCut(cuts, of: nil)
        }
    }

    /// The volumes are busy, so their chains stay as they were when the operation was accepted.
    private func cuts(_ tools: SagaTools) async throws -> [Cut] {
        try await tools.store.read { store in
            try parts.map { Cut(chain: try store.chain(of: $0.volumeID), overlay: $0.overlay) }
        }
    }

    private static let cutStep = "cut"

    private func isFirstTry(_ context: StepContext) -> Bool {
        context.attempt == 1
            && context.operation.steps.first { $0.name == Self.cutStep }?.mayHaveRun != true
    }

    /// From here on the overlays may have been written to. Repeated after a crash, it keeps the first time.
    private func begins(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        if let first = parts.first, try transaction.layer(first.overlay.id)?.state != .prepared,
            let step = operation.steps.firstIndex(where: { $0.name == Self.cutStep })
        {
            operation.steps[step].mayHaveRun = true
            operation.steps[step].message = "taken up again: the cut may have been made before"
        }
        for part in parts where try transaction.layer(part.overlay.id)?.state == .prepared {
            try transaction.setLayer(part.overlay.id, .possiblyActive)
            try transaction.change(part.snapshotID, by: operation, at: now) { $0.cutTime = now }
        }
    }

    private func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        var cutTime = now
        for part in parts {
            try transaction.setLayer(part.frozen, .frozen)
            try transaction.setLayer(part.overlay.id, .active)
            try transaction.change(part.volumeID, by: operation, at: now) { volume in
                volume.topLayerID = part.overlay.id
                volume.writerWasKilled = volume.writerWasKilled || operation.hasCutClientsOff
                volume.header.operationID = nil
                volume.header.failure = nil
            }
            try transaction.settle(part.snapshotID, .available, by: operation, at: now) { snapshot in
                cutTime = snapshot.cutTime ?? now
                snapshot.cutTime = cutTime
            }
        }
        if let serverSnapshotID {
            try transaction.settle(serverSnapshotID, .available, by: operation, at: now) { $0.cutTime = cutTime }
        }
        if let serverID { try transaction.release(serverID, by: operation, at: now) }
    }

    private func rollback(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        for part in parts {
            try transaction.remove(part.snapshotID, by: operation, at: now)
            try transaction.deleteLayer(part.overlay.id)
            try transaction.change(part.volumeID, by: operation, at: now) { volume in
                volume.writerWasKilled = volume.writerWasKilled || operation.hasCutClientsOff
                volume.header.operationID = nil
                volume.header.failure = operation.failure(resolvableBy: .user)
            }
        }
        if let serverSnapshotID { try transaction.remove(serverSnapshotID, by: operation, at: now) }
        if let serverID { try transaction.release(serverID, by: operation, at: now) }
    }
}
