internal import GRDB
internal import Store

/// A view on one connection, inside a transaction that somebody else began and ends.
final class SQLiteTransaction: WriteTransaction {
    private var connection: StoreConnection?
    /// The disk was full: SQLite may have rolled everything back.
    private(set) var ranOutOfSpace = false
    /// What was noted so far.
    private(set) var topics: Set<ChangeTopic> = []
    /// A change was refused because room is short.
    private(set) var wasRefused = false
    private let refusesChanges: Bool
    /// Why the store cannot go on.
    private(set) var brokenReason: String?

    /// - Parameter refusesChanges: room is short, and kept for others.
    init(_ connection: StoreConnection, refusesChanges: Bool = false) {
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
        var elements: [Element] = []
        try run(sql, arguments, on: try validConnection()) { elements.append(try decode($0)) }
        return elements
    }

    @discardableResult
    func execute(_ sql: String, _ arguments: [StoredValue]) throws -> Int {
        let connection = try validConnection()
        guard !refusesChanges else {
            wasRefused = true
            throw StoreError.storageFull
        }
        try run(sql, arguments, on: connection) { _ in }
        return connection.changedRowCount
    }

    private func run(
        _ sql: String, _ arguments: [StoredValue], on connection: StoreConnection, _ body: (SQLiteRow) throws -> Void
    ) throws {
        do {
            try connection.statements.withStatement(sql) { try $0.run(arguments, body) }
        } catch let error as DatabaseError {
            throw note(SQLiteFault(error))
        }
    }

    func note(_ topic: ChangeTopic) {
        topics.insert(topic)
    }

    /// - Throws: also once SQLite has rolled back by itself: a later statement would stand alone and be committed.
    private func validConnection() throws(StoreError) -> StoreConnection {
        guard let connection else {
            throw .malformed("a transaction was used after its end")
        }
        guard connection.isInsideTransaction else {
            ranOutOfSpace = true
            throw .storageFull
        }
        return connection
    }

    private func note(_ fault: SQLiteFault) -> StoreError {
        switch fault {
        case .full: ranOutOfSpace = true
        case .broken(let reason): brokenReason = reason
        case .constraint, .unavailable, .refused: break
        }
        return fault.storeError
    }
}
