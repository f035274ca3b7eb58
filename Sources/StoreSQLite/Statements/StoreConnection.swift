internal import GRDB
internal import GRDBSQLite

/// One connection as SQLite knows it, with the statements that are ready on it. GRDB opened it and closes it; the
/// statements must be gone by then.
///
/// Unchecked: used by one thread at a time.
final class StoreConnection: @unchecked Sendable {
    let handle: OpaquePointer
    let statements: StatementCache

    /// - Throws: `DatabaseError` if the connection is closed.
    init(_ connection: Database) throws {
        guard let handle = connection.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
        self.handle = handle
        statements = StatementCache(of: handle)
    }

    var isInsideTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows that the last statement changed.
    var changedRowCount: Int { Int(sqlite3_changes64(handle)) }
}
