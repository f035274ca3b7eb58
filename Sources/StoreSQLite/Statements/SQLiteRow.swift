internal import GRDBSQLite
internal import Store

/// The row that a running statement is at; columns are read where SQLite has them.
struct SQLiteRow: StoredRow {
    let statement: OpaquePointer

    func integer(_ column: Int) throws -> Int64 {
        guard try type(column) == SQLITE_INTEGER else { throw unexpected(column, "an integer") }
        return sqlite3_column_int64(statement, CInt(column))
    }

    func optionalInteger(_ column: Int) throws -> Int64? {
        try type(column) == SQLITE_NULL ? nil : integer(column)
    }

    func real(_ column: Int) throws -> Double {
        switch try type(column) {
        case SQLITE_FLOAT: return sqlite3_column_double(statement, CInt(column))
        case SQLITE_INTEGER: return Double(sqlite3_column_int64(statement, CInt(column)))
        default: throw unexpected(column, "a number")
        }
    }

    /// - Throws: also for bytes that are no UTF-8: what is stored was checked before, and nothing repairs it silently.
    func text(_ column: Int) throws -> String {
        guard try type(column) == SQLITE_TEXT, let start = sqlite3_column_text(statement, CInt(column)) else {
            throw unexpected(column, "text")
        }
        // Valid until the statement goes on; the text is a copy.
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, CInt(column))))
        guard let text = String(validating: bytes, as: UTF8.self) else { throw unexpected(column, "UTF-8") }
        return text
    }

    func optionalText(_ column: Int) throws -> String? {
        try type(column) == SQLITE_NULL ? nil : text(column)
    }

    func blob(_ column: Int) throws -> [UInt8] {
        guard try type(column) == SQLITE_BLOB else { throw unexpected(column, "bytes") }
        // No pointer for no bytes. Valid until the statement goes on; the array is a copy.
        let start = sqlite3_column_blob(statement, CInt(column))
        return [UInt8](
            UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, CInt(column)))))
    }

    private func type(_ column: Int) throws -> CInt {
        let count = Int(sqlite3_data_count(statement))
        guard (0..<count).contains(column) else {
            throw StoreError.malformed("a row of \(count) columns has no column \(column)")
        }
        return sqlite3_column_type(statement, CInt(column))
    }

    private func unexpected(_ column: Int, _ expected: String) -> StoreError {
        .malformed("column \(column) does not hold \(expected)")
    }
}
