internal import Engine
internal import Model
internal import Operations
internal import Store

extension SagaTools {
    /// Steps that close a server's volumes and end its process; undone they serve them again.
    func stopping(_ id: ServerID, _ volumes: [VolumeID], force: Bool) -> [StepDefinition] {
        let closing = StepDefinition(
            name: "detach-volumes", run: { _ in try await close(volumes, on: id, force: force) },
            undo: { _ in try await reopen(volumes, on: id) })
        let stopping = StepDefinition(
            name: "stop-server", run: { _ in try await stopProcess(of: id, force: force) },
            undo: { _ in try await reopen([], on: id) })
        return volumes.isEmpty ? [stopping] : [closing, stopping]
    }

    /// Closes a server's volumes.
    ///
    /// - Parameter force: a process that does not answer is left to its end, which closes them too.
    func close(_ volumes: [VolumeID], on server: ServerID, force: Bool) async throws {
        var answers = true
        for volume in volumes {
            try await writers.whileEndingServing(volume, on: server, isCutOff: force) {
                guard answers else { return }
                do {
                    try await detach(volume, on: server, force: force)
                } catch let refusal as StepRefusal where force && refusal.isSilence {
                    answers = false
                }
            }
        }
    }
}

extension SagaTools {
    /// Steps that start a server's process and open volumes in it; undone they end it.
    ///
    /// - Parameters:
    ///   - servesTheRest: a volume that cannot be served is shown so, and keeps no other from being served.
    ///   - mayServeAlready: nothing is undone: clients may have been there before.
    func starting(
        _ id: ServerID, _ volumes: [VolumeID], servesTheRest: Bool = false, mayServeAlready: Bool = false
    ) -> [StepDefinition] {
        let ending: StepDefinition.Body = { _ in try await engine.stopServer(id, force: false) }
        let closing: StepDefinition.Body = { _ in try await close(volumes, on: id, force: true) }
        let starting = StepDefinition(
            name: "start-server", run: { _ in try await startProcess(of: id) }, undo: mayServeAlready ? nil : ending)
        let attaching = StepDefinition(
            name: "attach-volumes",
            run: { context in
                for volume in volumes {
                    try await serve(volume, on: id, context.operation, mayBeTold: servesTheRest)
                }
            },
            undo: mayServeAlready ? nil : closing)
        return volumes.isEmpty ? [starting] : [starting, attaching]
    }

    /// A step that serves a server's volumes again after what cannot be undone, as far as that can be: the rest is the
    /// keeper's business, shown where it is, and a warning.
    func servingAgain(_ id: ServerID, _ volumes: [VolumeID]) -> StepDefinition {
        let notes = CutNotes()
        return StepDefinition(
            name: "serve-again", ends: { _, operation, _ in notes.tell(&operation) },
            run: { context in
                do {
                    try await startProcess(of: id)
                    for volume in volumes { try await serve(volume, on: id, context.operation, mayBeTold: true) }
                } catch  where error is EngineError || error is StepRefusal {
                    notes.add([.notServed(id, ServingFailure(error))])
                    keeper.lookAfter(id)
                }
            })
    }

    /// - Parameter mayBeTold: that it cannot be served is shown on it, and no error.
    private func serve(
        _ volume: VolumeID, on server: ServerID, _ operation: Operation, mayBeTold: Bool
    ) async throws {
        guard mayBeTold else { return try await open(volume, on: server) }
        let failure = try await openOrTell(volume, on: server)
        try await keeper.show(failure, of: volume, in: operation)
        if failure != nil { keeper.lookAfter(server) }
    }

    /// What the keeper began before the operation took hold must not start it afterwards.
    func stopProcess(of id: ServerID, force: Bool) async throws {
        await keeper.untilQuiet(id)
        try await engine.stopServer(id, force: force)
    }

    /// A process that lives and does not answer is left as it is.
    private func startProcess(of id: ServerID) async throws {
        await keeper.untilQuiet(id)
        let machine = try await store.read { try $0.machine(of: id) }
        do {
            try await engine.startServer(id, as: machine)
        } catch  where error.reason == .timeout {
            throw StepRefusal(error)
        }
    }
}

/// Serves a server's volumes again; those that cannot be served are shown so, and named in its warnings.
struct StartServerSaga: Saga {
    static let type = "START_SERVER"

    let serverID: ServerID
    let volumeIDs: [VolumeID]
    /// It should run already, and is an ERROR. Missing in what an older release stored.
    var shouldRunAlready: Bool?

    func definition(_ tools: SagaTools) -> OperationDefinition {
        OperationDefinition(
            steps: tools.starting(
                serverID, volumeIDs, servesTheRest: true, mayServeAlready: shouldRunAlready ?? false),
            complete: complete, rollback: rollback)
    }

    func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        for id in volumeIDs {
            guard let volume: Volume = try transaction.get(id), volume.state == .error else {
                try transaction.settle(id, .inUse, by: operation, at: now)
                continue
            }
            operation.warnings.append(.notServed(volume))
            try transaction.change(id, by: operation, at: now) { $0.header.operationID = nil }
        }
        try transaction.settle(serverID, .running, by: operation, at: now)
    }

    private func rollback(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        for id in volumeIDs { try transaction.restore(id, .inUse, after: operation, at: now) }
        guard shouldRunAlready != true else {
            return try transaction.restore(serverID, .error, after: operation, at: now)
        }
        try transaction.restore(serverID, .stopped, after: operation, at: now) { $0.desiredState = .stopped }
    }
}

extension StepRefusal {
    /// The server's process does not answer.
    fileprivate var isSilence: Bool { (cause as? EngineError)?.reason == .timeout }
}
