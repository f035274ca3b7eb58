internal import Engine
internal import Logging
internal import Model
internal import Store
internal import Synchronization

/// Keeps the processes of servers running that should run, with every attached volume served. Each server is looked
/// after on its own: one that does not answer keeps no other.
public final class ServerKeeper: Sendable {
    /// After a reboot of the host, processes are started two at a time.
    static let startsAtOnce = 2
    /// How often every server is looked at.
    static let roundPeriod = Duration.seconds(30)
    /// Servers that a round asks at once.
    static let questionsAtOnce = 8

    let store: any MetadataStore
    let engine: any ServerEngine
    let logger: Logger
    let clock: @Sendable () -> Timestamp
    let places = Places(startsAtOnce)
    let losses = ServerLosses()
    /// One start of a server at a time; who comes meanwhile waits for the same one.
    let starts = Mutex<[ServerID: Task<Served?, any Error>]>([:])
    private let cares = Mutex<[ServerID: Care]>([:])
    private let firstLooks = Mutex(FirstLooks())

    /// The work on one server that is not served as it should be.
    private struct Care {
        let task: Task<Void, Never>
        /// Something happened since it looked last.
        var isAlarmed = false
        /// Ends its rest.
        var alarm: AsyncStream<Void>.Continuation?
    }

    private struct FirstLooks {
        /// Servers that nobody has looked at since the start.
        var unseen: Set<ServerID> = []
        var whenAllAreSeen: AsyncStream<Void>.Continuation?
    }

    init(
        store: any MetadataStore, engine: any ServerEngine, logger: Logger, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.engine = engine
        self.logger = logger
        self.clock = clock
    }

    /// Notes the losses of processes that ended meanwhile, and begins to look after every server that should run.
    ///
    /// - Parameter living: servers whose process lives; the writers of all others' volumes were killed.
    func begin(living: Set<ServerID>) async throws {
        let servers = try await store.read { try $0.serversThatShouldRun() }
        for server in servers where !living.contains(server.id) {
            try await noteLoss(of: server.id, isStarting: true)
        }
        firstLooks.withLock { $0.unseen = Set(servers.map(\.id)) }
        for server in servers { lookAfter(server.id) }
    }

    /// Returns once every server was looked at, or the time is over: then the rest is looked at beside the serving.
    func firstLook(within limit: Duration) async {
        let (seen, whenAllAreSeen) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let isOver = firstLooks.withLock { looks in
            looks.whenAllAreSeen = whenAllAreSeen
            return looks.unseen.isEmpty
        }
        if !isOver { await nextElement(of: seen, within: limit) }
    }

    /// Starts servers again whose process ended without being asked to, until it is cancelled.
    func run() async {
        for await id in engine.lostServers { await replace(id) }
        let cares = cares.withLock { $0.values.map(\.task) }
        for care in cares { care.cancel() }
        for care in cares { await care.value }
    }

    private func replace(_ id: ServerID) async {
        logger.warning("a server's process ended; its clients saw a power cut", metadata: ["server": "\(id)"])
        do {
            try await noteLoss(of: id, isStarting: false)
        } catch {
            logger.error("a lost writer was not noted", metadata: ["server": "\(id)", "error": "\(error)"])
        }
        lookAfter(id)
    }

    /// Serves a server as soon as no operation holds it, however often that takes. At once, if that is under way.
    func lookAfter(_ id: ServerID) {
        cares.withLock { cares in
            guard cares[id] != nil else {
                cares[id] = Care(task: Task { await self.care(for: id) })
                return
            }
            cares[id]?.isAlarmed = true
            cares[id]?.alarm?.yield()
        }
    }

    var isLookedAfter: Set<ServerID> { cares.withLock { Set($0.keys) } }

    private func care(for id: ServerID) async {
        var attempts = 0
        repeat {
            attempts += 1
            if await attend(to: id, attempts), endCare(for: id) { return }
            await rest(id, RetryPause.after(attempts))
            if takeAlarm(of: id) { attempts = 0 }
        } while !Task.isCancelled
        cares.withLock { $0[id] = nil }
    }

    private func attend(to id: ServerID, _ attempt: Int) async -> Bool {
        defer { noteSeen(id) }
        do {
            return try await attend(to: id, attempt: attempt)
        } catch is CancellationError {
            return false
        } catch {
            logger.error("a server cannot be looked after", metadata: ["server": "\(id)", "error": "\(error)"])
            return false
        }
    }

    /// Leaves a server alone for a while, or until something happens.
    private func rest(_ id: ServerID, _ pause: Duration) async {
        let (alarms, alarm) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let isAlarmed = cares.withLock { cares in
            cares[id]?.alarm = alarm
            return cares[id]?.isAlarmed ?? false
        }
        if !isAlarmed { await nextElement(of: alarms, within: pause) }
    }

    /// - Returns: false if something happened since it was looked at.
    private func endCare(for id: ServerID) -> Bool {
        cares.withLock { cares in
            guard cares[id]?.isAlarmed == false else { return false }
            cares[id] = nil
            return true
        }
    }

    private func takeAlarm(of id: ServerID) -> Bool {
        cares.withLock { cares in
            defer { cares[id]?.isAlarmed = false }
            return cares[id]?.isAlarmed ?? false
        }
    }

    func noteSeen(_ id: ServerID) {
        firstLooks.withLock { looks in
            looks.unseen.remove(id)
            if looks.unseen.isEmpty { looks.whenAllAreSeen?.yield() }
        }
    }
}

/// How long a server that could not be served is left alone before the next try.
enum RetryPause {
    static let first = Duration.seconds(5)
    static let longest = Duration.seconds(60)

    static func after(_ attempts: Int) -> Duration {
        let doublings = min(max(attempts - 1, 0), 10)
        return min(first * (1 << doublings), longest)
    }
}
