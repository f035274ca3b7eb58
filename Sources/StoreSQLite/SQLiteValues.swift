internal import Foundation
internal import GRDB
internal import Store

/// Arguments as GRDB takes them.
///
/// - Throws: `StoreError.malformed` for text with a NUL in it: SQLite would keep only what is before it.
func sqliteArguments(_ values: [StoredValue]) throws(StoreError) -> StatementArguments {
    var converted: [DatabaseValue] = []
    converted.reserveCapacity(values.count)
    for value in values {
        converted.append(try sqliteValue(value))
    }
    return StatementArguments(converted)
}

private func sqliteValue(_ value: StoredValue) throws(StoreError) -> DatabaseValue {
    switch value {
    case .null: return .null
    case .integer(let integer): return integer.databaseValue
    case .real(let real): return real.databaseValue
    case .blob(let bytes): return Data(bytes).databaseValue
    case .text(let text):
        guard !text.utf8.contains(0) else { throw .malformed("text with a NUL in it") }
        return text.databaseValue
    }
}

/// A row of a running statement; columns are read where SQLite has them.
struct SQLiteRow: StoredRow {
    let row: Row

    func integer(_ column: Int) throws -> Int64 {
        guard case .int64(let integer) = try storage(column) else { throw unexpected(column, "an integer") }
        return integer
    }

    func optionalInteger(_ column: Int) throws -> Int64? {
        try isNull(column) ? nil : integer(column)
    }

    func real(_ column: Int) throws -> Double {
        switch try storage(column) {
        case .double(let real): return real
        case .int64(let integer): return Double(integer)
        default: throw unexpected(column, "a number")
        }
    }

    func text(_ column: Int) throws -> String {
        guard case .string(let text) = try storage(column) else { throw unexpected(column, "text") }
        return text
    }

    func optionalText(_ column: Int) throws -> String? {
        try isNull(column) ? nil : text(column)
    }

    func blob(_ column: Int) throws -> [UInt8] {
        guard case .blob(let data) = try storage(column) else { throw unexpected(column, "bytes") }
        return [UInt8](data)
    }

    private func isNull(_ column: Int) throws -> Bool {
        try checkRange(column)
        return row.hasNull(atIndex: column)
    }

    private func storage(_ column: Int) throws -> DatabaseValue.Storage {
        try checkRange(column)
        let value: DatabaseValue = row[column]
        return value.storage
    }

    private func checkRange(_ column: Int) throws {
        guard (0..<row.count).contains(column) else {
            throw StoreError.malformed("a row of \(row.count) columns has no column \(column)")
        }
    }

    private func unexpected(_ column: Int, _ expected: String) -> StoreError {
        .malformed("column \(column) does not hold \(expected)")
    }
}
