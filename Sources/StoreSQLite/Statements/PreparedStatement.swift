internal import GRDB
internal import GRDBSQLite
internal import Store

/// A statement that SQLite has compiled for one connection, by SQLite's own functions: GRDB's statements and rows cost
/// several times what a read of one row does. Used by one thread at a time.
final class PreparedStatement {
    private let connection: OpaquePointer
    private let handle: OpaquePointer

    init(_ sql: String, on connection: OpaquePointer) throws(DatabaseError) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection, sql, CInt(-1), CUnsignedInt(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK else { throw DatabaseError(of: connection) }
        guard let handle else { throw DatabaseError(message: "an empty statement") }
        self.connection = connection
        self.handle = handle
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Runs the statement to its end; `body` gets each row while it is there.
    ///
    /// - Throws: `DatabaseError`, `StoreError.malformed` for text with a NUL in it, and what `body` throws.
    func run(_ arguments: [StoredValue], _ body: (SQLiteRow) throws -> Void) throws {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        try bind(arguments)
        let row = SQLiteRow(statement: handle)
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: try body(row)
            case SQLITE_DONE: return
            default: throw DatabaseError(of: connection)
            }
        }
    }

    private func bind(_ arguments: [StoredValue]) throws {
        guard Int(sqlite3_bind_parameter_count(handle)) == arguments.count else {
            throw DatabaseError(message: "a statement got \(arguments.count) arguments, not what it has places for")
        }
        for (index, argument) in arguments.enumerated() {
            guard try bind(argument, at: CInt(index + 1)) == SQLITE_OK else { throw DatabaseError(of: connection) }
        }
    }

    private func bind(_ value: StoredValue, at place: CInt) throws(StoreError) -> CInt {
        switch value {
        case .null: return sqlite3_bind_null(handle, place)
        case .integer(let integer): return sqlite3_bind_int64(handle, place, integer)
        case .real(let real): return sqlite3_bind_double(handle, place, real)
        case .text(let text):
            // SQLite would keep only what is before it.
            guard !text.utf8.contains(0) else { throw .malformed("text with a NUL in it") }
            return sqlite3_bind_text(handle, place, text, CInt(-1), Self.copied)
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, place, 0) }
            return bytes.withUnsafeBytes {
                sqlite3_bind_blob64(handle, place, $0.baseAddress, sqlite3_uint64($0.count), Self.copied)
            }
        }
    }

    /// `SQLITE_TRANSIENT`: SQLite makes a copy at once, so the pointer need not outlive the call.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

extension DatabaseError {
    /// The last error of a connection.
    fileprivate init(of connection: OpaquePointer) {
        self.init(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)))
    }

    /// A statement that is wrong.
    fileprivate init(message: String) {
        self.init(resultCode: .SQLITE_MISUSE, message: message)
    }
}
