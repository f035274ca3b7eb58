internal import Engine
internal import Model
internal import Store

extension ServerKeeper {
    /// What came of serving a server: its process runs.
    struct Served: Sendable {
        /// Volumes that are not served, and why.
        var failures: [VolumeID: ServingFailure] = [:]
    }

    /// Starts a server's process if it does not run, and serves every volume that is attached and not on its way, on
    /// behalf of the operation that holds the server.
    ///
    /// - Throws: why the process does not serve.
    func serve(_ id: ServerID) async throws -> Served {
        while true {
            if let served = try await start(id, needsPlace: true, onlyIfIdle: false) { return served }
        }
    }

    /// Returns once no start of the server is under way that began before an operation took hold of it.
    func untilQuiet(_ id: ServerID) async {
        guard let start = starts.withLock({ $0[id] }) else { return }
        _ = try? await start.value
    }

    /// Brings one server to what it should be, once.
    ///
    /// - Returns: whether nothing is left to be done.
    func attend(to id: ServerID, attempt: Int) async throws -> Bool {
        if try await !isIdle(id) {
            noteSeen(id)
            try await store.untilIdle(id)
        }
        guard try await shouldRun(id) else { return true }
        do {
            // Only a look: who does not answer keeps no operation waiting.
            let lives = try await engine.observe(id) != nil
            guard let served = try await start(id, needsPlace: !lives, onlyIfIdle: true) else { return false }
            return try await noteServing(of: id, served, attempt) && served.failures.isEmpty
        } catch let error as CancellationError {
            throw error
        } catch let error as EngineError where error.reason == .unknown {
            // What could not be found out is no news.
            logger.warning("a server cannot be looked at", metadata: ["server": "\(id)", "error": "\(error)"])
            return false
        } catch {
            try await noteFailure(of: id, ServingFailure(error), attempt)
            return false
        }
    }

    /// - Returns: nil if an operation holds the server, and the start is not on its behalf.
    private func start(_ id: ServerID, needsPlace: Bool, onlyIfIdle: Bool) async throws -> Served? {
        let start = starts.withLock { starts in
            if let running = starts[id] { return running }
            let task = Task<Served?, any Error> {
                defer { self.starts.withLock { $0[id] = nil } }
                if onlyIfIdle, try await !self.isIdle(id) { return nil }
                return try await self.startAndAttach(id, needsPlace: needsPlace)
            }
            starts[id] = task
            return task
        }
        return try await start.value
    }

    private func startAndAttach(_ id: ServerID, needsPlace: Bool) async throws -> Served {
        let (machine, volumes) = try await store.read { transaction in
            (try transaction.machine(of: id), try transaction.volumes(of: id).filter(\.isToBeServed).map(\.id))
        }
        if needsPlace {
            try await places.take { try await engine.startServer(id, as: machine) }
        } else {
            try await engine.startServer(id, as: machine)
        }
        var served = Served()
        for volume in volumes { served.failures[volume] = try await attach(volume, to: id) }
        return served
    }

    /// - Returns: why it alone is not served; nil: it is.
    private func attach(_ volume: VolumeID, to server: ServerID) async throws -> ServingFailure? {
        do {
            let chain = try await store.read { try $0.chain(of: volume) }
            try await WriterWatch(store: store, engine: engine, clock: clock).noteServing(volume, on: server)
            try await engine.attach(chain, to: server)
            return nil
        } catch {
            guard let failure = ServingFailure(ofVolume: error) else { throw error }
            return failure
        }
    }

    // MARK: Rounds

    /// Looks at every server that should run and that nobody looks after.
    func makeRound() async throws {
        let attended = isLookedAfter
        let servers = try await store.read { try $0.serversThatShouldRun() }.filter {
            $0.header.operationID == nil && !attended.contains($0.id)
        }
        await withTaskGroup(of: Void.self) { group in
            for (index, server) in servers.enumerated() {
                if index >= Self.questionsAtOnce { await group.next() }
                group.addTask { if await !self.isServedWell(server) { self.lookAfter(server.id) } }
            }
        }
    }

    private func isServedWell(_ server: Server) async -> Bool {
        guard server.state == .running else { return false }
        do {
            let volumes = try await store.read { try $0.volumes(of: server.id) }
            guard let served = try await engine.observe(server.id)?.activeLayers else { return false }
            return volumes.allSatisfy { !$0.isToBeServed || ($0.state != .error && served[$0.id] != nil) }
        } catch {
            return false
        }
    }

    private func isIdle(_ id: ServerID) async throws -> Bool {
        try await store.read { transaction in
            let server: Server? = try transaction.get(id)
            return server?.header.operationID == nil
        }
    }

    private func shouldRun(_ id: ServerID) async throws -> Bool {
        try await store.read { transaction in
            let server: Server? = try transaction.get(id)
            return server?.shouldRun ?? false
        }
    }
}

extension Server {
    /// As `serversThatShouldRun` asks of all.
    var shouldRun: Bool { desiredState == .running && (state == .running || state == .error) }
}

extension Volume {
    /// It is attached, and neither on its way in nor out: those are the business of their operations.
    fileprivate var isToBeServed: Bool { state == .inUse || state == .resizing || state == .error }
}
