internal import GRDB
internal import Store

/// Statements of one connection that are ready to run again. At most so many: the one that was not used for longest
/// goes, so that callers who think of ever new filters cost no memory. Used by one thread at a time.
final class StatementCache {
    /// About the statements that the program has, those with a user's filter in them apart.
    static let capacity = 128

    private final class Entry {
        let statement: PreparedStatement
        var isRunning = false
        var lastUse: UInt64 = 0

        init(_ statement: PreparedStatement) {
            self.statement = statement
        }
    }

    private let connection: OpaquePointer
    private var entries: [String: Entry] = [:]
    private var useCount: UInt64 = 0

    init(of connection: OpaquePointer) {
        self.connection = connection
    }

    var count: Int { entries.count }

    /// Hands out a statement; one of its own if that of the cache is running, as while its rows are decoded.
    func withStatement(_ sql: String, _ body: (PreparedStatement) throws -> Void) throws {
        let entry = try entries[sql] ?? newEntry(sql)
        guard !entry.isRunning else { return try body(try PreparedStatement(sql, on: connection)) }
        useCount += 1
        entry.lastUse = useCount
        entry.isRunning = true
        defer { entry.isRunning = false }
        try body(entry.statement)
    }

    /// Statements keep a connection from being closed.
    func removeAll() {
        entries = [:]
    }

    private func newEntry(_ sql: String) throws(DatabaseError) -> Entry {
        let entry = Entry(try PreparedStatement(sql, on: connection))
        if entries.count >= Self.capacity { removeOldest() }
        entries[sql] = entry
        return entry
    }

    private func removeOldest() {
        let oldest = entries.filter { !$0.value.isRunning }.min { $0.value.lastUse < $1.value.lastUse }
        if let oldest { entries[oldest.key] = nil }
    }
}
