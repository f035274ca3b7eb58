import Store
import Synchronization
import Testing

@testable import StoreSQLite

struct TransactionTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    @Test func valuesComeBackAsTheyWentIn() async throws {
        let values: [StoredValue] = [
            .null, .integer(.min), .integer(.max), .real(1.5), .text("é – 漢"), .text(""), .blob([0, 255]), .blob([]),
        ]
        let answer = try await store.write { transaction in
            try transaction.rows("SELECT ?, ?, ?, ?, ?, ?, ?, ?", values) { row -> [StoredValue] in
                [
                    try row.optionalText(0).map { .text($0) } ?? .null, .integer(try row.integer(1)),
                    try row.optionalInteger(2).map { .integer($0) } ?? .null, .real(try row.real(3)),
                    .text(try row.text(4)), try row.optionalText(5).map { .text($0) } ?? .null,
                    .blob(try row.blob(6)), .blob(try row.blob(7)),
                ]
            }
        }
        #expect(answer == [values])
    }

    @Test func wrongTypesAndColumnsAreErrors() async throws {
        let attempts: [@Sendable (any StoredRow) throws -> Void] = [
            { _ = try $0.integer(0) }, { _ = try $0.integer(1) }, { _ = try $0.text(2) }, { _ = try $0.blob(1) },
            { _ = try $0.real(1) }, { _ = try $0.text(3) }, { _ = try $0.text(-1) }, { _ = try $0.optionalText(3) },
        ]
        for (number, attempt) in attempts.enumerated() {
            await #expect("attempt \(number)") {
                try await store.read { try $0.rows("SELECT NULL, 'text', 7", [], attempt) }
            } throws: { error in
                guard case StoreError.malformed = error else { return false }
                return true
            }
        }
    }

    @Test func textThatSQLiteWouldCutOffIsRefused() async throws {
        await #expect(throws: StoreError.malformed("text with a NUL in it")) { try await store.insert("a\0b") }
    }

    @Test func wrongStatementsAreErrors() async throws {
        await #expect(throws: StoreError.self) { try await store.write { try $0.execute("NO SUCH THING", []) } }
        await #expect(throws: StoreError.self) {
            try await store.write { try $0.execute("INSERT INTO item (name) VALUES (?)", []) }
        }
        await #expect(throws: StoreError.self) {
            try await store.read { try $0.rows("INSERT INTO item (name) VALUES ('x') RETURNING id", []) { _ in } }
        }
        try await store.insert("the store still works")
        #expect(try await store.names() == ["the store still works"])
    }

    @Test func changedRowsAreCounted() async throws {
        try await store.insert("a")
        try await store.insert("b")
        let counts = try await store.write { transaction in
            [
                try transaction.execute("UPDATE item SET payload = NULL", []),
                try transaction.execute("DELETE FROM item WHERE name = 'a'", []),
                try transaction.execute("DELETE FROM item WHERE name = 'a'", []),
            ]
        }
        #expect(counts == [2, 1, 0])
    }

    @Test func aDecoderMayQueryWithTheSameStatement() async throws {
        try await store.insert("a")
        try await store.insert("b")
        let names = try await store.read { transaction in
            try transaction.rows("SELECT name FROM item ORDER BY id", []) { row in
                let inner = try transaction.rows("SELECT name FROM item ORDER BY id", []) { try $0.text(0) }
                return try row.text(0) + inner.joined()
            }
        }
        #expect(names == ["aab", "bab"])
    }

    @Test func aTransactionEndsWithItsBody() async throws {
        let escaped = Mutex<EscapedTransaction?>(nil)
        try await store.write { transaction in escaped.withLock { $0 = EscapedTransaction(transaction: transaction) } }
        #expect(throws: StoreError.self) {
            try escaped.withLock { try $0?.transaction.execute("DELETE FROM item", []) }
        }
    }

    /// Two rows are always changed together; no reader may ever see one of the changes alone.
    @Test func readersSeeWholeTransactionsOnly() async throws {
        try await store.write { transaction in
            try transaction.execute("INSERT INTO item (id, name, payload) VALUES (1, 'a', x'00'), (2, 'b', x'00')", [])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask { [store] in
                    try await store.write { transaction in
                        let value = StoredValue.blob([UInt8(number)])
                        try transaction.execute("UPDATE item SET payload = ? WHERE id = 1", [value])
                        try transaction.execute("UPDATE item SET payload = ? WHERE id = 2", [value])
                    }
                }
            }
            for _ in 0..<2000 {
                group.addTask { [store] in
                    let distinct = try await store.read { transaction in
                        let first = try transaction.rows("SELECT payload FROM item WHERE id = 1", []) { try $0.blob(0) }
                        let second = try transaction.rows("SELECT payload FROM item WHERE id = 2", []) {
                            try $0.blob(0)
                        }
                        return Set(first + second).count
                    }
                    #expect(distinct == 1)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func aReadSeesWhatWasAcknowledgedBefore() async throws {
        for number in 0..<200 {
            try await store.insert("item-\(number)")
            #expect(try await store.names().count == number + 1)
        }
    }
}

/// Carries a transaction out of its body, which is what the test must show to be harmless.
private struct EscapedTransaction: @unchecked Sendable {
    let transaction: any WriteTransaction
}
