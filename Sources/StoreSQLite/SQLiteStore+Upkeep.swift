internal import Foundation
internal import GRDB
internal import Store

/// The store's own check, and copies of it.
extension SQLiteStore {
    /// Problems that one check tells at most.
    private static let maximumProblemCount = 100
    /// Pages that a copy takes before it looks whether the disk is full.
    private static let pagesPerStep: CInt = 4096

    public func problems() async throws -> [String] {
        try await doingUpkeep { [pool] in
            try pool.read { connection in
                let found = try String.fetchAll(
                    connection, sql: "PRAGMA integrity_check(\(Self.maximumProblemCount))")
                let dangling = try Row.fetchAll(connection, sql: "PRAGMA foreign_key_check")
                    .prefix(Self.maximumProblemCount).map { row in
                        "a row of \(row[0] as String) refers to no row of \(row[2] as String)"
                    }
                return (found == ["ok"] ? [] : found) + dangling
            }
        }
    }

    public func backUp(chunkByteCount: Int, _ send: ([UInt8]) async throws -> Void) async throws {
        let copy = "\(path)\(Self.backupInfix)\(UUID().uuidString)"
        defer { Self.remove(copy) }
        try await doingUpkeep { [pool] in try Self.copy(pool, to: copy) }
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: copy))
        defer { try? file.close() }
        while let data = try file.read(upToCount: chunkByteCount), !data.isEmpty {
            try await send([UInt8](data))
        }
    }

    /// The copy is one file: without a log beside it.
    private static func copy(_ pool: DatabasePool, to path: String) throws {
        try StoreFiles.create(path)
        let target = try DatabaseQueue(path: path)
        try pool.backup(to: target, pagesPerStep: pagesPerStep)
        try target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        try target.close()
    }

    private func doingUpkeep<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            upkeep.async {
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
