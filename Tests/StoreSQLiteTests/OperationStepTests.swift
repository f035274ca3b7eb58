import Model
import Testing

@testable import Store
@testable import StoreSQLite

/// What an operation of very many steps costs when one of them changes.
@Suite struct OperationStepTests {
    static let many = 10_000
    /// An operation's event without its steps and targets, with room to spare.
    static let largestEventByteCount = 4_096

    @Test func aStepIsARowAndItsEventIsShort() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open(migrations: Schema.migrations)
        defer { store.close() }
        let id = try await accept(Self.many, in: store)
        let changes = try await store.write { transaction in
            var operation = try #require(try transaction.operation(id))
            operation.steps[7].state = .done
            operation.steps[8].state = .started
            operation.steps[8].message = "half-way"
            operation.state = .running
            let before = try transaction.rows("SELECT total_changes()", []) { try $0.integer(0) }[0]
            try transaction.update(&operation, by: StoredJSONTests.author, at: StoredJSONTests.time)
            return try transaction.rows("SELECT total_changes()", []) { try $0.integer(0) }[0] - before
        }
        // The operation, two steps, an event.
        #expect(changes == 4)
        let place = ListPlace(StoredJSONTests.project.id)
        let (lengths, alone, listed, whole, event) = try await store.read { transaction in
            (
                try transaction.rows("SELECT length(resource) FROM event", []) { try $0.integer(0) },
                try #require(try transaction.operation(id, .alone)),
                try ListTurn<Operation>(ListQuery(pageSize: 10), in: place, transaction).page.elements,
                try #require(try transaction.operation(id)),
                try transaction.events(after: 1, project: StoredJSONTests.project.id, of: House.kinds, limit: 1).first?
                    .resource
            )
        }
        #expect(lengths.allSatisfy { $0 < Self.largestEventByteCount })
        #expect(alone.steps.isEmpty && alone.steps.total == Self.many && alone.progress == 1.0 / Double(Self.many))
        #expect(listed.map { $0.steps.map(\.name) } == [["step-8"]])
        #expect(listed[0].steps.total == Self.many && listed[0].progress == alone.progress)
        #expect(whole.steps.count == Self.many && whole.steps.isWhole && whole.input.utf8.count == 100_000)
        #expect(whole.steps[7].state == .done && whole.steps[8].message == "half-way")
        #expect(whole.steps[9].state == .pending)
        guard let told = event as? Operation else {
            Issue.record("the event has no operation")
            return
        }
        #expect(told.steps.map(\.name) == ["step-7", "step-8"] && told.steps.total == Self.many && told.input.isEmpty)
    }

    /// Few steps stand everywhere, as ever.
    @Test func ofFewStepsNoneIsLeftOut() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open(migrations: Schema.migrations)
        defer { store.close() }
        let id = try await accept(OperationSteps.largestShownCount, in: store)
        let place = ListPlace(StoredJSONTests.project.id)
        let (listed, event) = try await store.read { transaction in
            (
                try ListTurn<Operation>(ListQuery(pageSize: 10), in: place, transaction).page.elements,
                try transaction.events(after: 0, project: StoredJSONTests.project.id, of: House.kinds, limit: 1).first?
                    .resource
            )
        }
        guard let told = event as? Operation else {
            Issue.record("the event has no operation")
            return
        }
        #expect(told.steps.isWhole && told.steps == listed.first?.steps && told.id == id)
    }

    private func accept(_ count: Int, in store: SQLiteStore) async throws -> OperationID {
        let operation = StoredJSONTests.operation(steps: count)
        try await store.write { transaction in
            try transaction.insert(StoredJSONTests.project)
            var operation = operation
            try transaction.insert(&operation, by: StoredJSONTests.author, at: StoredJSONTests.time)
        }
        return operation.id
    }
}
