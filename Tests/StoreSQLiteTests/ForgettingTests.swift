import Model
import Testing

@testable import Store
@testable import StoreSQLite

/// What is forgotten is dropped in turns, of which none is long.
@Suite struct ForgettingTests {
    private let turn = Forgetting.rowsInATurn

    /// As many events and requests, all of them old but for the last of each.
    private func withStore(_ count: Int, _ body: (SQLiteStore, Int64) async throws -> Void) async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open(migrations: Schema.migrations)
        defer { store.close() }
        try await store.write { transaction in
            try transaction.insert(Project(id: ProjectID(stored: "prj-a"), name: "default"))
            try Self.add(1...count, in: transaction)
        }
        let age = try await store.write { try $0.advanceAge(by: .seconds(60)) }
        try await store.write { try Self.add(count + 1...count + 1, in: $0) }
        try await body(store, age)
    }

    private static func add(_ numbers: ClosedRange<Int>, in transaction: any WriteTransaction) throws {
        for number in numbers {
            try transaction.execute(
                """
                INSERT INTO event (sequence, project_id, time, principal, source, action, kind, resource_id, request_id,
                    reason, age_milliseconds)
                VALUES (?, 'prj-a', 0, '', '', 'updated', 'volume', 'vol-a', '', '', \(StoreAge.expression))
                """, [.integer(Int64(number))])
            try transaction.execute(
                """
                INSERT INTO request (principal, project_id, method, request_id, fingerprint, target_id, warnings, time,
                    age_milliseconds)
                VALUES ('admin', 'prj-a', 'Create', ?, '', '', '[]', 0, \(StoreAge.expression))
                """, [.text("\(number)")])
        }
    }

    private func compact(
        _ store: SQLiteStore, _ age: Int64, keepingNewest count: Int64, times: Int
    ) async throws -> [Int] {
        var dropped: [Int] = []
        for _ in 0..<times {
            dropped.append(try await store.write { try $0.compactEvents(beforeAge: age, keepingNewest: count) })
        }
        return dropped
    }

    private func forget(_ store: SQLiteStore, _ age: Int64, times: Int) async throws -> [Int] {
        var forgotten: [Int] = []
        for _ in 0..<times { forgotten.append(try await store.write { try $0.forgetRequests(beforeAge: age) }) }
        return forgotten
    }

    private func numbers(_ sql: String, _ store: SQLiteStore) async throws -> [Int64] {
        try await store.read { try $0.rows(sql, []) { try $0.integer(0) } }
    }

    @Test func oldEventsGoInTurnsAndTheNewestStay() async throws {
        try await withStore(2 * turn + 20) { store, age in
            let dropped = try await compact(store, age, keepingNewest: 10, times: 3)
            // One of those that are kept is young.
            #expect(dropped == [turn, turn, 11])
            let left = try await numbers("SELECT sequence FROM event ORDER BY sequence", store)
            #expect(left == Array(Int64(2 * turn + 12)...Int64(2 * turn + 21)))
        }
    }

    @Test func youngEventsStayHoweverManyThereAre() async throws {
        try await withStore(turn + 20) { store, age in
            let young = try await compact(store, 0, keepingNewest: 0, times: 1)
            let old = try await compact(store, age, keepingNewest: 0, times: 3)
            #expect(young == [0] && old == [turn, 20, 0])
            #expect(try await numbers("SELECT sequence FROM event", store) == [Int64(turn + 21)])
        }
    }

    @Test func oldRequestsGoInTurnsAndYoungOnesStay() async throws {
        try await withStore(turn + 20) { store, age in
            let forgotten = try await forget(store, age, times: 3)
            #expect(forgotten == [turn, 20, 0])
            #expect(try await numbers("SELECT CAST(request_id AS INTEGER) FROM request", store) == [Int64(turn + 21)])
        }
    }
}
