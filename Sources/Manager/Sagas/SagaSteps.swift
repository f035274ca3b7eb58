internal import Engine
internal import Model
internal import Operations
internal import Store

/// Steps that several sagas share. All can be repeated.
extension SagaTools {
    /// A volume's chain as the store has it now.
    func chain(of id: VolumeID) async throws -> VolumeChain {
        try await store.read { try $0.chain(of: id) }
    }

    /// Makes the layer of a new volume.
    func createLayer(of id: VolumeID) async throws {
        let chain = try await chain(of: id)
        guard let top = chain.layers.last else { return }
        try await engine.createLayer(top, over: Array(chain.layers.dropLast()))
    }

    /// Undoes `createLayer`.
    func discardLayer(of id: VolumeID) async throws {
        guard let top = try await chain(of: id).layers.last else { return }
        try await engine.deleteLayer(top.id)
    }

    /// The server, if it has a process that serves its volumes; nil: it is stopped, or there is none.
    func serving(_ id: ServerID?) async throws -> ServerID? {
        guard let id, let server: Server = try await store.read({ try $0.get(id) }) else { return nil }
        return server.isServing ? id : nil
    }

    /// Opens a volume where it is attached; a stopped server opens it when it starts.
    func open(_ id: VolumeID, on server: ServerID) async throws {
        guard try await serving(server) != nil else { return }
        try await requireAnswer(of: server)
        let chain = try await chain(of: id)
        try await writers.noteServing(id, on: server)
        try await withProcess(of: server) { try await engine.attach(chain, to: server) }
    }

    /// Nothing is asked of a process that does not answer: what it did then nobody would know.
    func requireAnswer(of server: ServerID) async throws {
        do {
            _ = try await engine.answers(server)
        } catch {
            switch error.reason {
            case .timeout:
                throw StepRefusal(
                    EngineError(
                        .timeout,
                        "\(error.message); it was left as it is: let it go on, or end it with "
                            + "`holdpoint server stop \(server) --force`, which cuts its clients off"))
            case .unknown: throw StepRefusal(error)
            default: throw error
            }
        }
    }

    /// Serves volumes again after a change that failed, as far as that can be; the rest is the keeper's business.
    func reopen(_ volumes: [VolumeID], on server: ServerID) async throws {
        guard try await serving(server) != nil else { return }
        do {
            let machine = try await store.read { try $0.machine(of: server) }
            try await engine.startServer(server, as: machine)
            for volume in volumes { _ = try await openOrTell(volume, on: server) }
        } catch is EngineError, is StepRefusal {
            keeper.lookAfter(server)
        }
    }

    /// - Returns: why the volume alone cannot be served; nil: it is.
    func openOrTell(_ volume: VolumeID, on server: ServerID) async throws -> ServingFailure? {
        do {
            try await open(volume, on: server)
            return nil
        } catch {
            guard let failure = ServingFailure(ofVolume: error) else { throw error }
            return failure
        }
    }

    /// Closes a volume; a process that is gone has nothing open.
    func close(_ id: VolumeID, on server: ServerID, force: Bool) async throws {
        try await writers.whileEndingServing(id, on: server, isCutOff: force) {
            try await detach(id, on: server, force: force)
        }
    }

    func detach(_ id: VolumeID, on server: ServerID, force: Bool) async throws {
        // What the keeper began before the operation took hold must not open it afterwards.
        await keeper.untilQuiet(server)
        try await requireAnswer(of: server)
        do {
            try await engine.detach(id, from: server, force: force)
        } catch {
            switch error.reason {
            case .serverLost: return
            case .volumeHasClients: throw error.withWayOut("holdpoint volume detach \(id) --force")
            default: throw error
            }
        }
    }

    /// Runs a call to a server's process; if that is gone, it is started again, with all it served, and asked once
    /// more.
    func withProcess<Result: Sendable>(
        of server: ServerID, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as EngineError where error.reason == .serverLost {
            _ = try await keeper.serve(server)
            return try await body()
        }
    }
}

extension EngineError {
    /// Of clients that are in the way.
    func withWayOut(_ command: String) -> EngineError {
        EngineError(reason, "\(message); disconnect them, or cut them off: `\(command)`")
    }
}

extension Server {
    /// Its volumes are served, or on their way to be again.
    var isServing: Bool { desiredState == .running }
}

extension ReadTransaction {
    /// A volume as the engine opens it.
    func chain(of id: VolumeID) throws -> VolumeChain {
        guard let volume: Volume = try get(id) else { throw Refusal.unknown(.volume, id.rawValue) }
        return VolumeChain(volume: id, layers: try chain(to: volume.topLayerID).map { Layer(id: $0.id, size: $0.size) })
    }
}

/// What the last transaction of an operation does to resources.
extension WriteTransaction {
    /// Loads, changes and writes a resource on behalf of an operation; absent: nothing.
    func change<Target: StoredResource>(
        _ id: Identifier<Target>, by operation: Operation, at now: Timestamp, _ body: (inout Target) throws -> Void
    ) throws {
        guard var resource: Target = try get(id) else { return }
        try body(&resource)
        try update(&resource, by: .operation(operation), at: now)
    }

    /// Ends an operation on a resource well.
    func settle<Target: StoredResource>(
        _ id: Identifier<Target>, _ state: Target.State, by operation: Operation, at now: Timestamp,
        _ body: (inout Target) throws -> Void = { _ in }
    ) throws {
        try change(id, by: operation, at: now) { resource in
            resource.enter(state, at: now)
            resource.header.operationID = nil
            resource.header.failure = nil
            try body(&resource)
        }
    }

    /// Ends an operation on a resource badly: it gets back the state that it had, and the failure is told.
    func restore<Target: StoredResource>(
        _ id: Identifier<Target>, _ state: Target.State, after operation: Operation, at now: Timestamp,
        _ body: (inout Target) throws -> Void = { _ in }
    ) throws {
        try change(id, by: operation, at: now) { resource in
            resource.enter(state, at: now)
            resource.header.operationID = nil
            resource.header.failure = operation.failure(resolvableBy: .user)
            try body(&resource)
        }
    }

    /// Removes a resource that an operation made, or was asked to delete.
    func remove<Target: StoredResource>(
        _ id: Identifier<Target>, by operation: Operation, at now: Timestamp
    ) throws {
        guard let resource: Target = try get(id) else { return }
        try delete(resource, by: .operation(operation), at: now)
    }

    func setLayer(_ id: LayerID, _ state: LayerRecord.State) throws {
        guard var layer = try layer(id) else { return }
        layer.state = state
        try update(layer)
    }
}

extension Operation {
    /// Its problem, as a resource shows it; nil when it was cancelled: then nothing is wrong.
    func failure(resolvableBy resolver: Failure.Resolver) -> Failure? {
        guard let problem, !cancelRequested else { return nil }
        return Failure(
            step: problem.step, reason: problem.reason, message: problem.message, attempts: problem.attempts ?? 1,
            resolvableBy: resolver)
    }
}
