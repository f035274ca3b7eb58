internal import GRDB
internal import Store

/// A view on one connection, inside a transaction that somebody else began and ends.
final class SQLiteTransaction: WriteTransaction {
    private var connection: Database?
    private var decodingDepth = 0
    /// The disk was full: SQLite may have rolled everything back.
    private(set) var ranOutOfSpace = false
    /// A change was refused because room is short.
    private(set) var wasRefused = false
    private let refusesChanges: Bool
    /// Why the store cannot go on.
    private(set) var brokenReason: String?

    /// - Parameter refusesChanges: room is short, and kept for others.
    init(_ connection: Database, refusesChanges: Bool = false) {
        self.connection = connection
        self.refusesChanges = refusesChanges
    }

    /// Makes the view invalid.
    func end() {
        connection = nil
    }

    func rows<Element>(
        _ sql: String, _ arguments: [StoredValue], _ decode: (any StoredRow) throws -> Element
    ) throws -> [Element] {
        let connection = try validConnection()
        let cursor = try noting {
            try Row.fetchCursor(statement(sql, on: connection), arguments: sqliteArguments(arguments))
        }
        decodingDepth += 1
        defer { decodingDepth -= 1 }
        var elements: [Element] = []
        while let row = try noting({ try cursor.next() }) {
            elements.append(try decode(SQLiteRow(row: row)))
        }
        return elements
    }

    @discardableResult
    func execute(_ sql: String, _ arguments: [StoredValue]) throws -> Int {
        let connection = try validConnection()
        guard !refusesChanges else {
            wasRefused = true
            throw StoreError.storageFull
        }
        return try noting {
            try statement(sql, on: connection).execute(arguments: sqliteArguments(arguments))
            return connection.changesCount
        }
    }

    /// A statement of the cache; a new one while rows are being decoded, since one of the cache may be in use then.
    private func statement(_ sql: String, on connection: Database) throws -> Statement {
        try decodingDepth == 0 ? connection.cachedStatement(sql: sql) : connection.makeStatement(sql: sql)
    }

    /// - Throws: also once SQLite has rolled back by itself: a later statement would stand alone and be committed.
    private func validConnection() throws(StoreError) -> Database {
        guard let connection else {
            throw .malformed("a transaction was used after its end")
        }
        guard connection.isInsideTransaction else {
            ranOutOfSpace = true
            throw .storageFull
        }
        return connection
    }

    private func noting<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            let fault = SQLiteFault(error)
            switch fault {
            case .full: ranOutOfSpace = true
            case .broken(let reason): brokenReason = reason
            case .constraint, .unavailable, .refused: break
            }
            throw fault.storeError
        }
    }
}
