internal import Engine
internal import Logging
internal import Model
internal import Store
internal import Synchronization

/// Keeps the processes of servers running that should run, with every attached volume served.
public final class ServerKeeper: Sendable {
    /// After a reboot of the host, servers are started two at a time.
    static let startsAtOnce = 2
    /// How long a server that could not be started is left alone before the next try.
    static let retryDelay = Duration.seconds(5)

    private let store: any MetadataStore
    private let engine: any StorageEngine
    private let logger: Logger
    private let clock: @Sendable () -> Timestamp
    /// Servers that an operation held when everything else was reconciled.
    private let postponed = Mutex<[ServerID]>([])
    /// One start of a server at a time; who comes meanwhile waits for the same one.
    private let starts = Mutex<[ServerID: Task<Void, any Error>]>([:])

    init(
        store: any MetadataStore, engine: any StorageEngine, logger: Logger, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.engine = engine
        self.logger = logger
        self.clock = clock
    }

    /// Starts a server's process if it does not run, and serves every volume that is attached and not on its way.
    func serve(_ id: ServerID) async throws {
        let start = starts.withLock { starts in
            if let running = starts[id] { return running }
            let task = Task { try await self.startAndAttach(id) }
            starts[id] = task
            return task
        }
        defer { starts.withLock { $0[id] = nil } }
        try await start.value
    }

    private func startAndAttach(_ id: ServerID) async throws {
        let chains = try await store.read { transaction in
            try transaction.volumes(of: id).filter(\.isServed).map { try transaction.chain(of: $0.id) }
        }
        try await engine.startServer(id)
        for chain in chains { try await engine.attach(chain, to: id) }
    }

    /// Brings every server that should run to what it should be.
    ///
    /// A server that an operation holds is left to that, and looked at again by `run` when it has ended: a cut may have
    /// to be settled before anything is opened.
    /// - Parameter running: servers whose process was found; the writers of all others' volumes were killed.
    func reconcileAll(running: Set<ServerID>) async throws {
        let servers = try await store.read { try $0.serversThatShouldRun() }
        for server in servers where !running.contains(server.id) { try await noteLoss(of: server.id) }
        postponed.withLock { $0 = servers.filter { $0.header.operationID != nil }.map(\.id) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, server) in servers.filter({ $0.header.operationID == nil }).enumerated() {
                if index >= Self.startsAtOnce { try await group.next() }
                group.addTask { await self.serveAndLog(server.id) }
            }
            try await group.waitForAll()
        }
    }

    /// Starts servers again whose process ended without being asked to, until it is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for id in postponed.withLock({ $0 }) { group.addTask { await self.recover(id) } }
            for await id in engine.lostServers {
                group.addTask { await self.replace(id) }
            }
        }
    }

    private func replace(_ id: ServerID) async {
        logger.warning("a server's process ended; its clients saw a power cut", metadata: ["server": "\(id)"])
        do {
            try await noteLoss(of: id)
        } catch {
            logger.error("a lost writer was not noted", metadata: ["server": "\(id)", "error": "\(error)"])
        }
        await recover(id)
    }

    /// Serves a server as soon as no operation holds it, however often that takes.
    private func recover(_ id: ServerID) async {
        do {
            repeat {
                try await store.untilIdle(id)
                guard try await shouldRun(id) else { return }
                if await serveAndLog(id) { return }
                try await Task.sleep(for: Self.retryDelay)
            } while !Task.isCancelled
        } catch {
            logger.error(
                "a server's process could not be replaced", metadata: ["server": "\(id)", "error": "\(error)"])
        }
    }

    @discardableResult
    private func serveAndLog(_ id: ServerID) async -> Bool {
        do {
            try await serve(id)
            return true
        } catch {
            logger.error("a server does not serve", metadata: ["server": "\(id)", "error": "\(error)"])
            return false
        }
    }

    private func shouldRun(_ id: ServerID) async throws -> Bool {
        try await store.read { try $0.serversThatShouldRun().contains { $0.id == id } }
    }

    /// A volume whose writer was killed has at best what a power cut leaves.
    private func noteLoss(of id: ServerID) async throws {
        let now = clock()
        let author = ChangeAuthor(principal: "holdpointd", source: "keeper", reason: "SERVER_LOST")
        try await store.write(for: .freeing) { transaction in
            for var volume in try transaction.volumes(of: id) where !volume.writerWasKilled {
                volume.writerWasKilled = true
                try transaction.update(&volume, by: author, at: now)
            }
        }
    }
}

extension Volume {
    /// It is attached, and neither on its way in nor out: those are the business of their operations.
    fileprivate var isServed: Bool { state == .inUse || state == .resizing }
}
