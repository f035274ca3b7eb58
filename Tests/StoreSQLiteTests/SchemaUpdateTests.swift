import Store
import Testing

@testable import StoreSQLite

struct SchemaUpdateTests {
    private let first = Migration(
        "001-first", ["CREATE TABLE a (x INTEGER) STRICT", "CREATE TABLE b (x INTEGER) STRICT"])
    private let second = Migration("002-second", ["ALTER TABLE a ADD COLUMN y TEXT"])

    private func tables(_ store: SQLiteStore) async throws -> [String] {
        try await store.read { transaction in
            try transaction.rows(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_migration' ORDER BY name", []
            ) { try $0.text(0) }
        }
    }

    @Test func changesAreAppliedOnceAndInOrder() async throws {
        let fixture = try StoreFixture()
        try fixture.open(migrations: [first]).close()
        try fixture.open(migrations: [first]).close()
        let store = try fixture.open(migrations: [first, second])
        #expect(try await tables(store) == ["a", "b"])
        try await store.write { try $0.execute("INSERT INTO a (x, y) VALUES (1, 'text')", []) }
    }

    @Test func aNewerDatabaseIsRefused() throws {
        let fixture = try StoreFixture()
        try fixture.open(migrations: [first, second]).close()
        #expect(throws: StoreError.unusable("a newer version made the database: it has 002-second")) {
            _ = try fixture.open(migrations: [first])
        }
    }

    @Test func anotherOrderIsRefused() throws {
        let fixture = try StoreFixture()
        try fixture.open(migrations: [first, second]).close()
        #expect(throws: StoreError.self) { _ = try fixture.open(migrations: [second, first]) }
    }

    @Test func aChangeThatFailsLeavesNothing() async throws {
        let fixture = try StoreFixture()
        let faulty = Migration(
            "002-faulty", ["CREATE TABLE c (x INTEGER) STRICT", "CREATE TABLE a (x INTEGER) STRICT"])
        #expect(throws: StoreError.self) { _ = try fixture.open(migrations: [first, faulty]) }
        let store = try fixture.open(migrations: [first])
        #expect(try await tables(store) == ["a", "b"])
    }

    @Test func theShippedSchemaIsAccepted() async throws {
        let fixture = try StoreFixture()
        try fixture.open(migrations: Schema.migrations).close()
        let store = try fixture.open(migrations: Schema.migrations)
        #expect(try await tables(store).contains("operation"))
    }
}
