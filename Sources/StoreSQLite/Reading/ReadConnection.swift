internal import GRDB
internal import Store

/// A connection that only reads. Used by one thread at a time.
///
/// Unchecked: whoever has taken it, and nobody else, uses it.
final class ReadConnection: @unchecked Sendable {
    /// Opened the connection, and keeps it open; never used otherwise.
    private let owner: DatabaseQueue
    private let connection: StoreConnection
    private let health: StoreHealth

    init(path: String, configuration: Configuration, health: StoreHealth) throws {
        var configuration = configuration
        configuration.readonly = true
        owner = try DatabaseQueue(path: path, configuration: configuration)
        connection = try owner.unsafeRead { connection in
            // Its log's descriptor is opened by the first read.
            _ = try Int.fetchOne(connection, sql: "SELECT COUNT(*) FROM sqlite_schema")
            return try StoreConnection(connection)
        }
        self.health = health
    }

    /// Runs `body` in a read transaction: it sees everything that was acknowledged before the call.
    ///
    /// - Throws: what `body` throws; `StoreError`.
    func read<Result>(_ body: (any ReadTransaction) throws -> Result) throws -> Result {
        try run("BEGIN DEFERRED")
        let transaction = SQLiteTransaction(connection)
        defer {
            transaction.end()
            // A transaction that only read has nothing to lose; what is wrong shows at the next one's begin.
            try? run("COMMIT")
        }
        do {
            return try body(transaction)
        } catch {
            throw transaction.brokenReason.map(health.fail) ?? error
        }
    }

    /// Must be called before the store's writer is closed. Nobody may use it any more.
    func close() throws {
        connection.statements.removeAll()
        try owner.close()
    }

    private func run(_ sql: String) throws {
        do {
            try connection.statements.withStatement(sql) { try $0.run([]) { _ in } }
        } catch let error as DatabaseError {
            let fault = SQLiteFault(error)
            if case .broken(let reason) = fault { throw health.fail(reason) }
            throw fault.storeError
        }
    }
}
