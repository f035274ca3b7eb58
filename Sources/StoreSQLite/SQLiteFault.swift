internal import GRDB
internal import Store

/// What an error of SQLite means for the store.
enum SQLiteFault {
    /// No room on the disk; SQLite rolled back.
    case full
    /// The schema refused a row.
    case constraint(String)
    /// Another process holds the file locked, or it cannot be opened, for want of descriptors for example. Nothing was
    /// written, and what is open stays as it is.
    case unavailable(String)
    /// The file or the disk under it failed: what is durable is unknown.
    case broken(String)
    /// The statement is wrong, or a value has the wrong type.
    case refused(String)

    init(_ error: DatabaseError) {
        let text = "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
        switch error.resultCode {
        case .SQLITE_FULL: self = .full
        case .SQLITE_CONSTRAINT: self = .constraint(text)
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_CANTOPEN: self = .unavailable(text)
        case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM, .SQLITE_PROTOCOL:
            self = .broken(text)
        default: self = .refused(text)
        }
    }

    var storeError: StoreError {
        switch self {
        case .full: .storageFull
        case .constraint(let text): .constraint(text)
        case .unavailable(let text), .broken(let text): .unusable(text)
        case .refused(let text): .malformed(text)
        }
    }
}
