internal import Foundation
internal import GRDB
internal import Store
internal import Synchronization

/// Opens the file such that a commit is durable, and proves it.
enum DatabaseOpening {
    /// How long a connection waits for one of another process, which should not be there.
    static let lockTimeoutSeconds: TimeInterval = 1
    /// `PRAGMA synchronous` reads 2 for FULL.
    private static let synchronousFull: Int64 = 2
    /// Problems that the integrity check looks for before it gives up.
    private static let maximumProblemCount = 5

    /// All connections are open then: none is opened later, when descriptors may be used up.
    ///
    /// - Parameters:
    ///   - room: of the database's log, taken over.
    ///   - check: whether the whole database is read first.
    /// - Throws: `StoreError.unusable`, `DatabaseError`.
    static func open(room: LogRoom, readerCount: Int, check: StartCheck) throws -> DatabasePool {
        let length = try SpaceReserve.fileByteCount(room.files)
        let pool = try DatabasePool(path: room.files.path, configuration: configuration(readerCount: readerCount))
        try pool.writeWithoutTransaction { connection in
            SpaceReserve.keepFileLength(length, of: room, on: connection)
            try prepare(writer: connection)
            if try check.comesFirst() {
                try checkIntegrity(connection)
                check.passed()
            }
        }
        try openReaders(of: pool, count: readerCount)
        return pool
    }

    /// A pool opens a connection when none is free: so each is held until all are there.
    private static func openReaders(of pool: DatabasePool, count: Int) throws {
        let (threads, waiting) = (ThreadGroup(), DispatchGroup())
        let failure = Mutex<(any Error)?>(nil)
        for _ in 0..<count { waiting.enter() }
        for number in 0..<count {
            threads.start("store-opening-\(number)") {
                var isCounted = false
                do {
                    try pool.read { connection in
                        _ = try Int.fetchOne(connection, sql: "SELECT COUNT(*) FROM sqlite_schema")
                        isCounted = true
                        waiting.leave()
                        waiting.wait()
                    }
                } catch {
                    failure.withLock { $0 = error }
                    if !isCounted { waiting.leave() }
                }
            }
        }
        threads.join()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Pages that the writing connection keeps, at most: it reads what it changes.
    private static let writerCachedKibibytes = 32_768
    /// Pages that a reading connection keeps, at most: enough for the upper levels of every index.
    private static let cachedKibibytes = 8_192

    /// Further connections to an open database, which only read.
    static func readConnections(
        _ count: Int, to path: String, health: StoreHealth
    ) throws -> [ReadConnection] {
        var configuration = configuration(readerCount: 1)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -\(cachedKibibytes)") }
        return try (0..<count).map { _ in
            try ReadConnection(path: path, configuration: configuration, health: health)
        }
    }

    private static func configuration(readerCount: Int) -> Configuration {
        var configuration = Configuration()
        configuration.label = "holdpoint.store"
        configuration.maximumReaderCount = readerCount
        configuration.persistentReadOnlyConnections = true
        configuration.busyMode = .timeout(lockTimeoutSeconds)
        // A transaction that cannot even be rolled back makes the store unusable; it must not end the process with a
        // trap.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { connection in
            try connection.execute(sql: "PRAGMA synchronous = FULL")
            try connection.execute(sql: "PRAGMA temp_store = MEMORY")
            try expect(synchronousFull, of: "synchronous", on: connection)
            try expect(1, of: "foreign_keys", on: connection)
        }
        return configuration
    }

    /// GRDB turns `synchronous` down when it turns the write-ahead log on; checkpoints are the writer's to make, so
    /// that none of their errors is lost.
    private static func prepare(writer: Database) throws {
        try writer.execute(sql: "PRAGMA synchronous = FULL")
        try writer.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        try writer.execute(sql: "PRAGMA cache_size = -\(writerCachedKibibytes)")
        try expect(synchronousFull, of: "synchronous", on: writer)
        guard try String.fetchOne(writer, sql: "PRAGMA journal_mode") == "wal" else {
            throw StoreError.unusable("SQLite refused its write-ahead log")
        }
    }

    private static func expect(_ value: Int64, of pragma: String, on connection: Database) throws {
        let actual = try Int64.fetchOne(connection, sql: "PRAGMA \(pragma)")
        guard actual == value else {
            throw StoreError.unusable("SQLite's \(pragma) is \(actual.map(String.init) ?? "unknown"), not \(value)")
        }
    }

    private static func checkIntegrity(_ connection: Database) throws {
        let problems = try String.fetchAll(connection, sql: "PRAGMA quick_check(\(maximumProblemCount))")
        guard problems == ["ok"] else {
            throw StoreError.unusable("the database is damaged: \(problems.joined(separator: "; "))")
        }
    }
}
