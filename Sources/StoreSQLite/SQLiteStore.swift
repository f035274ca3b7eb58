internal import Foundation
internal import GRDB
public import Logging
public import Store

/// The metadata store in one SQLite file, in WAL mode with a synchronous commit: what was acknowledged survives a power
/// loss.
///
/// One thread writes and groups what waits into one commit; a few threads read beside it. Only one process may open the
/// file (the caller holds a lock of its own for that).
public final class SQLiteStore: MetadataStore {
    /// Size of the file that is given up when the disk is full, so that deletions still commit.
    public static let defaultReserveBytes: Int64 = 64 << 20
    /// Threads that read, and connections that they use.
    static let readerCount = 4

    let pool: DatabasePool
    /// The database.
    let path: String
    /// For what reads everything: it must not hold up a reading thread.
    let upkeep = DispatchQueue(label: "holdpoint.store.upkeep")
    private let writes = WorkQueue<Job<any WriteTransaction>>()
    private let reads = WorkQueue<Job<any ReadTransaction>>()
    private let health: StoreHealth
    private let signal = ChangeSignal()
    private let statistics = WriterStatistics()
    private let threads = ThreadGroup()

    /// Opens or creates the store, checks its integrity and brings its schema up to date. Blocks the thread for as long
    /// as that takes.
    ///
    /// - Parameters:
    ///   - path: the database; its `-wal`, `-shm` and `-reserve` files lie beside it.
    ///   - migrations: every change of the schema that there ever was, oldest first.
    ///   - reserveBytes: size of the reserve file; 0: none.
    ///   - onUnusable: called once, on a thread of the store, when it cannot go on: after a failed commit nobody knows
    ///     what is on the disk, so the process must end and read it afresh. Must not call the store.
    /// - Throws: `StoreError.unusable` (not a database, damaged, made by a newer version), `.storageFull`.
    public convenience init(
        path: String, migrations: [Migration] = Schema.migrations,
        reserveBytes: Int64 = SQLiteStore.defaultReserveBytes, logger: Logger = Logger(label: "holdpoint.store"),
        onUnusable: @escaping @Sendable (String) -> Void
    ) throws {
        try self.init(
            path: path, migrations: migrations, reserveBytes: reserveBytes, logger: logger, onUnusable: onUnusable,
            commit: { try $0.commit() })
    }

    /// - Parameter commit: ends a transaction; tests give one that fails.
    init(
        path: String, migrations: [Migration], reserveBytes: Int64, logger: Logger,
        onUnusable: @escaping @Sendable (String) -> Void, commit: @escaping @Sendable (Database) throws -> Void
    ) throws {
        self.path = path
        Self.removeLeftBackups(of: path)
        do {
            // One connection more than there are reading threads, for upkeep.
            pool = try DatabaseOpening.open(path: path, readerCount: Self.readerCount + 1)
            try pool.writeWithoutTransaction { try SchemaUpdate.apply(migrations, to: $0) }
        } catch let error as DatabaseError {
            throw SQLiteFault(error).storeError
        }
        health = StoreHealth(logger: logger, onUnusable: onUnusable)
        var reserve = SpaceReserve(path: path + "-reserve", byteCount: reserveBytes)
        reserve.restore()
        startWriter(reserve: reserve, logger: logger, commit: commit)
        startReaders()
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

    @discardableResult
    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await writes.perform(body, health: health)
    }

    public func changes() -> AsyncStream<Void> {
        signal.subscribe()
    }

    /// Commits since the store was opened; one may stand for many writes.
    public var commitCount: Int { statistics.commitCount }

    /// Writes that wait for the commit under way.
    public var waitingWriteCount: Int { writes.count }

    /// Streams of `changes()` that somebody still reads.
    var subscriberCount: Int { signal.subscriberCount }

    /// Finishes what waits and closes the file; later calls fail with `StoreError.unusable`. May be repeated. Blocks
    /// the thread meanwhile; must not be called from a transaction.
    public func close() {
        endWork()
        threads.join()
        // The file is consistent whether or not its connections close well; there is nobody left to tell.
        try? pool.close()
    }

    private func endWork() {
        writes.close()
        reads.close()
        signal.finish()
    }

    private func startWriter(
        reserve: SpaceReserve, logger: Logger, commit: @escaping @Sendable (Database) throws -> Void
    ) {
        threads.start("store-writer") { [pool, writes, health, signal, statistics] in
            let writer = Writer(
                reserve: reserve, health: health, signal: signal, statistics: statistics, logger: logger,
                commit: commit)
            while let jobs = writes.take(atMost: Writer.maximumGroupSize) {
                pool.writeWithoutTransaction { writer.run(jobs, on: $0) }
            }
        }
    }

    private func startReaders() {
        for number in 0..<Self.readerCount {
            threads.start("store-reader-\(number)") { [pool, reads, health] in
                let reader = Reader(health: health)
                while let jobs = reads.take(atMost: Reader.maximumBatchSize) {
                    reader.run(jobs, on: pool)
                }
            }
        }
    }
}
