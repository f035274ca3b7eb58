internal import Foundation
internal import GRDB
internal import Synchronization

/// What SQLite says of its own files, read beside any writer. A large database is read table by table: as long as one
/// reader reads, the log cannot begin anew.
final class IntegrityCheck: Sendable {
    /// Problems that one check tells at most, and SQLite's own limit.
    private static let maximumProblemCount = 100

    private let pool: DatabasePool
    private let isEnding = Atomic(false)

    init(_ pool: DatabasePool) {
        self.pool = pool
    }

    /// Whether the pages hang together and hold what the schema allows.
    func quick() throws -> [String] {
        try tables().flatMap { try problems("quick_check('\($0)')") }
    }

    /// That, and whether every index has what its table has, and every row what it refers to.
    func thorough(inParts: Bool) throws -> [String] {
        // Both pragmas take a table's name, or none for all.
        let parts = inParts ? try tables().map { "('\($0)')" } : [""]
        return try parts.flatMap { try problems("integrity_check\($0)") } + parts.flatMap(dangling)
    }

    /// Ends the check that is under way, and every later one, with an error.
    func end() {
        isEnding.store(true, ordering: .relaxed)
        pool.interrupt()
    }

    private func tables() throws -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") }
    }

    private func problems(_ pragma: String) throws -> [String] {
        let found = try read { try String.fetchAll($0, sql: "PRAGMA \(pragma)") }
        return found == ["ok"] ? [] : found
    }

    private func dangling(_ table: String) throws -> [String] {
        try read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check\(table)") }
            .prefix(Self.maximumProblemCount).map { row in
                "a row of \(row[0] as String) refers to no row of \(row[2] as String)"
            }
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        guard !isEnding.load(ordering: .relaxed) else { throw DatabaseError(resultCode: .SQLITE_INTERRUPT) }
        return try pool.read(body)
    }
}
