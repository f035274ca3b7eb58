import GRDB
import Store
import Testing

@testable import StoreSQLite

/// Callers think of ever new filters: what is ready for them must not grow with that.
@Suite struct StatementCacheTests {
    private func with(_ body: (StoreConnection) throws -> Void) throws {
        let queue = try DatabaseQueue()
        try queue.inTransaction { database in
            let connection = try StoreConnection(database)
            defer { connection.statements.removeAll() }
            try body(connection)
            return .rollback
        }
    }

    private func answer(_ sql: String, on connection: StoreConnection) throws -> Int64? {
        try SQLiteTransaction(connection).rows(sql, []) { try $0.integer(0) }.first
    }

    @Test func itKeepsAtMostItsCapacity() throws {
        try with { connection in
            for number in 0..<Int64(3 * StatementCache.capacity) {
                let answered = try answer("SELECT \(number)", on: connection)
                #expect(answered == number)
            }
            #expect(connection.statements.count == StatementCache.capacity)
        }
    }

    @Test func whatIsUsedStays() throws {
        try with { connection in
            let kept = try statement("SELECT 'usual'", on: connection)
            for number in 0..<3 * StatementCache.capacity {
                _ = try answer("SELECT \(number)", on: connection)
                let found = try statement("SELECT 'usual'", on: connection)
                #expect(found === kept)
            }
        }
    }

    @Test func aStatementThatRunsIsNeitherGivenOutNorDropped() throws {
        try with { connection in
            try connection.statements.withStatement("SELECT 1 UNION SELECT 2") { outer in
                try outer.run([]) { row in
                    let before = try row.integer(0)
                    try connection.statements.withStatement("SELECT 1 UNION SELECT 2") { #expect($0 !== outer) }
                    for number in 0..<2 * StatementCache.capacity {
                        _ = try answer("SELECT \(number)", on: connection)
                    }
                    let after = try row.integer(0)
                    #expect(after == before)
                }
            }
        }
    }

    @Test func aWrongStatementLeavesNothingBehind() throws {
        try with { connection in
            for number in 0..<10 {
                #expect(throws: StoreError.self) { try answer("SELECT FROM \(number)", on: connection) }
            }
            #expect(connection.statements.count == 0)
        }
    }

    private func statement(_ sql: String, on connection: StoreConnection) throws -> PreparedStatement? {
        var found: PreparedStatement?
        try connection.statements.withStatement(sql) { found = $0 }
        return found
    }
}
