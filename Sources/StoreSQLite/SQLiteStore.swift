internal import Foundation
internal import GRDB
public import Logging
public import Store
internal import Synchronization

/// The metadata store in one SQLite file, in WAL mode with a synchronous commit: what was acknowledged survives a power
/// loss.
///
/// One thread writes and groups what waits into one commit; a few threads read beside it. Only one process may open the
/// file (the caller holds a lock of its own for that).
public final class SQLiteStore: MetadataStore {
    /// Room that the store keeps in its own files, so that deletions still commit when the disk is full.
    public static let defaultReserveBytes: Int64 = 64 << 20
    /// Threads that read, each with a connection of its own.
    static let readerCount = 4
    /// Connections for what reads everything.
    private static let upkeepConnectionCount = 1

    let pool: DatabasePool
    /// The database.
    let path: String
    /// For what reads everything: it must not hold up a reading thread.
    let upkeep = DispatchQueue(label: "holdpoint.store.upkeep")
    /// For what reads copies: a long check must not hold up a transfer.
    let transfers = DispatchQueue(label: "holdpoint.store.transfers")
    private let writes = WorkQueue<Job<any WriteTransaction>>()
    private let reads = WorkQueue<Job<any ReadTransaction>>()
    /// Look-ups that could not run where they are: for a thread of their own, so that no flood of lists is before them.
    private let shortReads = WorkQueue<Job<any ReadTransaction>>()
    private let readers: [ReadConnection]
    private let lookUps: LookUps
    let health: StoreHealth
    private let signal = ChangeSignal()
    private let statistics = WriterStatistics()
    private let threads = ThreadGroup()
    let integrity: IntegrityCheck
    let startCheck: StartCheck
    private let room: LogRoom
    private let reserve: SpaceReserve
    let logger: Logger
    private let isClosed = Mutex(false)

    /// Opens the store, checks its integrity and brings its schema up to date; makes it where nothing of an earlier one
    /// is left. Blocks the thread for as long as that takes.
    ///
    /// - Parameters:
    ///   - path: the database; its `-wal` and `-shm`, or `-reserve` files lie beside it.
    ///   - remains: names of what else an earlier life left: with any of it a missing database is not made anew.
    ///   - migrations: every change of the schema that there ever was, oldest first.
    ///   - reserveBytes: room that is kept for changes that free some; 0: none.
    ///   - onUnusable: called once, on a thread of the store, when it cannot go on: after a failed commit nobody knows
    ///     what is on the disk, so the process must end and read it afresh. Must not call the store.
    /// - Throws: `StoreError.unusable` (not a database of ours, damaged, gone, made by a newer version): nothing was
    ///   changed then; `.storageFull`.
    public convenience init(
        path: String, remains: [String] = [], migrations: [Migration] = Schema.migrations,
        reserveBytes: Int64 = SQLiteStore.defaultReserveBytes, logger: Logger = Logger(label: "holdpoint.store"),
        onUnusable: @escaping @Sendable (String) -> Void
    ) throws {
        try self.init(
            path: path, remains: remains, migrations: migrations, reserveBytes: reserveBytes, logger: logger,
            onUnusable: onUnusable, commit: { try $0.commit() })
    }

    /// - Parameters:
    ///   - checkedFirstBytes: the largest database that is checked before it is served.
    ///   - commit: ends a transaction; tests give one that fails.
    init(
        path: String, remains: [String] = [], migrations: [Migration], reserveBytes: Int64,
        checkedFirstBytes: Int64 = StartCheck.defaultLimitBytes, logger: Logger,
        onUnusable: @escaping @Sendable (String) -> Void, commit: @escaping @Sendable (Database) throws -> Void
    ) throws {
        assertMayWait()
        self.path = path
        self.logger = logger
        room = LogRoom(files: StoreFiles(path: path), byteCount: reserveBytes)
        reserve = SpaceReserve(room, logger: logger)
        health = StoreHealth(logger: logger, onUnusable: onUnusable)
        startCheck = StartCheck(room.files, limitBytes: checkedFirstBytes)
        let connection: StoreConnection
        do {
            pool = try Self.open(reserve, room, startCheck, remains, migrations, logger)
            integrity = IntegrityCheck(pool)
            connection = try pool.writeWithoutTransaction { [reserve] connection in
                try SchemaUpdate.apply(migrations, to: connection)
                try reserve.renew(connection)
                return try StoreConnection(connection)
            }
            readers = try DatabaseOpening.readConnections(Self.readerCount + 1, to: path, health: health)
            lookUps = LookUps(
                try DatabaseOpening.readConnections(LookUps.connectionCount, to: path, health: health))
        } catch let error as DatabaseError {
            throw SQLiteFault(error).storeError
        }
        startWriter(on: connection, commit: commit)
        startReaders()
        if try startCheck.isOwed { checkBesideServing() }
    }

    /// Everything that is there is looked at before anything is changed.
    private static func open(
        _ reserve: SpaceReserve, _ room: LogRoom, _ check: StartCheck, _ remains: [String], _ migrations: [Migration],
        _ logger: Logger
    ) throws -> DatabasePool {
        try room.files.prepare(remains: remains) { path in
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { connection in
                // Once it has its name, nothing changes it but through its log.
                try connection.execute(sql: "PRAGMA journal_mode = WAL")
                try SchemaUpdate.apply(migrations, to: connection)
            }
            try queue.close()
        }
        let log = try LogInspection(room.files)
        if log.tornFrameCount > 0 {
            logger.warning(
                "the metadata store's log ends in a change that was never acknowledged, which is dropped",
                metadata: ["pages": "\(log.tornFrameCount)"])
        }
        do {
            try reserve.takeOver()
            try DatabaseOrigin.check(room.files, migrations)
        } catch {
            try? room.giveBack()
            throw error
        }
        let pool = try DatabaseOpening.open(room: room, readerCount: upkeepConnectionCount, check: check)
        removeLeftBackups(of: room.files.path)
        return pool
    }

    /// Ends the threads without waiting for them: this may be one of them.
    deinit {
        endWork()
    }

    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await reads.perform(body, health: health)
    }

    public func lookUp<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try health.check()
        if let found = try lookUps.run(body) { return found }
        return try await shortReads.perform(body, health: health)
    }

    @discardableResult
    public func write<Result: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await writes.perform(for: purpose, body, health: health)
    }

    public func changes(of topics: Set<ChangeTopic>) -> AsyncStream<Void> {
        signal.subscribe(to: topics)
    }

    /// Commits since the store was opened; one may stand for many writes.
    public var commitCount: Int { statistics.commitCount }

    /// Writes that wait for the commit under way.
    public var waitingWriteCount: Int { writes.count }

    /// Reads that no thread has taken yet.
    var waitingReadCount: Int { reads.count }

    /// Streams of `changes(of:)` that somebody still reads.
    var subscriberCount: Int { signal.subscriberCount }

    /// Finishes what waits, brings the log into the database and closes both; later calls fail with
    /// `StoreError.unusable`. A log that stays is told in the log of events: nothing is lost, but the two files belong
    /// together. May be repeated. Blocks the thread meanwhile; must not be called from a transaction.
    public func close() {
        assertMayWait()
        endWork()
        threads.join()
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        integrity.end()
        upkeep.sync {}
        do {
            for reader in readers { try reader.close() }
            try lookUps.close()
            try LogFolding(pool: pool, room: room).close()
        } catch {
            logger.error(
                "the metadata store's log could not be brought into the database: keep both files together",
                metadata: ["log": "\(room.files.log)", "reason": "\(error)"])
        }
    }

    private func endWork() {
        writes.close()
        reads.close()
        shortReads.close()
        signal.finish()
    }

    private func startWriter(
        on connection: StoreConnection, commit: @escaping @Sendable (Database) throws -> Void
    ) {
        threads.start("store-writer") { [pool, writes, reserve, health, signal, statistics, logger] in
            defer { connection.statements.removeAll() }
            let writer = Writer(
                statements: connection, reserve: reserve, health: health, signal: signal,
                statistics: statistics, logger: logger, commit: commit)
            while let jobs = writes.take(atMost: Writer.maximumGroupSize) {
                pool.writeWithoutTransaction { writer.run(jobs, on: $0) }
            }
        }
    }

    private func startReaders() {
        for (number, connection) in readers.enumerated() {
            let work = number < Self.readerCount ? reads : shortReads
            threads.start("store-reader-\(number)") {
                let reader = Reader(connection: connection)
                while let jobs = work.take(atMost: 1) {
                    for job in jobs { reader.run(job) }
                }
            }
        }
    }
}
