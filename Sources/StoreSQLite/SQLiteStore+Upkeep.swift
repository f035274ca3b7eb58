internal import Foundation
internal import GRDB
public import Store

/// The store's own check, and copies of it.
extension SQLiteStore {
    /// Pages that a copy takes before it looks whether the disk is full.
    private static let pagesPerStep: CInt = 4096

    public func problems() async throws -> [String] {
        try await doing(upkeep) { [integrity, startCheck] in
            try integrity.thorough(inParts: try startCheck.isLarge)
        }
    }

    /// The start's check of a large database: damage ends the store.
    func checkBesideServing() {
        upkeep.async { [integrity, startCheck, health, logger] in
            do {
                let problems = try integrity.quick()
                guard problems.isEmpty else { throw StoreError.unusable(problems.joined(separator: "; ")) }
                startCheck.passed()
            } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
                logger.notice("the metadata were not checked to their end; the next start checks them first")
            } catch {
                _ = health.fail("the database is damaged: \(error)")
            }
        }
    }

    public func survey<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try health.check()
        return try await doing(upkeep) { [pool, health] in
            try pool.read { connection in
                let connection = try StoreConnection(connection)
                let transaction = SQLiteTransaction(connection)
                defer {
                    transaction.end()
                    connection.statements.removeAll()
                }
                do {
                    return try body(transaction)
                } catch {
                    throw transaction.brokenReason.map(health.fail) ?? error
                }
            }
        }
    }

    /// The copy loses its name before it is sent: whatever ends the call, nothing is left of it.
    public func backUp(chunkByteCount: Int, _ send: ([UInt8]) async throws -> Void) async throws {
        let copy = "\(path)\(Self.backupInfix)\(UUID().uuidString)"
        let descriptor = try await doing(upkeep) { [pool] in
            defer { Self.remove(copy) }
            try Self.copy(pool, to: copy)
            return try StoreFiles.open(copy, O_RDONLY)
        }
        // Its blocks are freed then, which takes time.
        defer { transfers.async { Foundation.close(descriptor) } }
        while true {
            let chunk = try await doing(transfers) { try Self.read(descriptor, atMost: chunkByteCount) }
            guard !chunk.isEmpty else { return }
            try await send(chunk)
        }
    }

    /// The copy is one file: without a log beside it.
    private static func copy(_ pool: DatabasePool, to path: String) throws {
        assertMayWait()
        try StoreFiles.create(path)
        let target = try DatabaseQueue(path: path)
        try pool.backup(to: target, pagesPerStep: pagesPerStep)
        try target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        try target.close()
    }

    private static func read(_ descriptor: Int32, atMost count: Int) throws -> [UInt8] {
        assertMayWait()
        while true {
            var failure: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
                let result = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
                failure = result < 0 ? errno : 0
                length = max(0, result)
            }
            if failure == 0 { return bytes }
            if failure != EINTR { throw StoreFiles.cannot("read", "a copy of the database", failure) }
        }
    }

    /// Lets a queue's thread do what would make an event loop wait.
    private func doing<Value: Sendable>(
        _ queue: DispatchQueue, _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                do {
                    continuation.resume(returning: try work())
                } catch let error as DatabaseError {
                    continuation.resume(throwing: SQLiteFault(error).storeError)
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    // MARK: What is left of copies

    private static let backupInfix = "-backup-"

    /// Removes copies that a process which died was making.
    static func removeLeftBackups(of path: String) {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasPrefix(url.lastPathComponent + backupInfix) {
            unlink("\(folder)/\(name)")
        }
    }

    private static func remove(_ copy: String) {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(copy + suffix) }
    }
}
