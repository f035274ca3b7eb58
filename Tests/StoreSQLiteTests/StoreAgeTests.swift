import Foundation
import GRDB
import Model
import Store
import Testing

@testable import StoreSQLite

/// What is forgotten is old by the store's own age, whatever a clock says.
@Suite struct StoreAgeTests {
    private let week = Duration.seconds(7 * 24 * 3_600)

    private func request(_ id: String) -> RememberedRequest {
        RememberedRequest(
            key: RequestKey(
                principal: "admin", projectID: ProjectID(stored: "prj-a"), method: "Create", requestID: id),
            fingerprint: "f", targetID: "vol-a", operationID: nil, warnings: [])
    }

    private func remembers(_ id: String, _ store: SQLiteStore) async throws -> Bool {
        let key = request(id).key
        return try await store.read { try $0.remembered(key) != nil }
    }

    @Test func theAgeOnlyRisesAndByLittle() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open(migrations: Schema.migrations)
        let largest = StoreAge.largestAdvanceMilliseconds
        for (advance, age) in [
            (Duration.seconds(60), 60_000), (.seconds(-1_000), 60_000), (week, 60_000 + largest),
            (.milliseconds(1_500), 61_500 + largest), (.seconds(Int64.max / 2), 61_500 + 2 * largest),
        ] {
            #expect(try await store.write { try $0.advanceAge(by: advance) } == age)
        }
        store.close()
        let reopened = try fixture.open(migrations: Schema.migrations)
        defer { reopened.close() }
        #expect(try await reopened.read { try $0.age() } == 61_500 + 2 * largest)
    }

    /// The times that are written with a row do not count: a clock that stood in the future, or in the past.
    @Test(arguments: [Int64.min, 0, Int64.max])
    func requestsAreForgottenByTheirAge(clock: Int64) async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open(migrations: Schema.migrations)
        defer { store.close() }
        let old = request("old")
        let time = Timestamp(millisecondsSinceEpoch: clock)
        try await store.write { try $0.remember(old, at: time) }
        let age = try await store.write { try $0.advanceAge(by: .seconds(60)) }
        let new = request("new")
        try await store.write { try $0.remember(new, at: time) }
        try await store.write { try $0.forgetRequests(beforeAge: 0) }
        #expect(try await remembers("old", store))
        try await store.write { try $0.forgetRequests(beforeAge: age) }
        #expect(try await !remembers("old", store))
        #expect(try await remembers("new", store))
    }

    /// A database of version 0.1.0, as `.dump` writes it.
    private func makeOldDatabase(_ path: String) throws {
        let dump = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/002-consent-and-quarantine.sql")
        // A dump's rows come before those that they refer to.
        var careless = Configuration()
        careless.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: careless)
        let text = try String(contentsOf: dump, encoding: .utf8)
        try queue.writeWithoutTransaction { try $0.execute(sql: text) }
        try queue.close()
    }

    @Test func anOldDatabaseLosesNothing() async throws {
        let fixture = try StoreFixture()
        try makeOldDatabase(fixture.path)
        let store = try fixture.open(migrations: Schema.migrations)
        defer { store.close() }
        #expect(try await store.problems() == [])
        let key = RequestKey(
            principal: "admin", projectID: ProjectID(stored: "prj-nv2n7kap3sou"),
            method: "holdpoint.v1.VolumeService/CreateVolume", requestID: "f86b47d5-ec73-40a0-b402-36e4fd0bf449")
        // What was remembered before has all its time still to come.
        try await store.write { transaction in
            let age = try transaction.advanceAge(by: .seconds(60))
            try transaction.forgetRequests(beforeAge: age - 7 * 24 * 3_600_000)
            try transaction.compactEvents(beforeAge: age - 24 * 3_600_000, keepingNewest: 0)
        }
        let (remembered, volumes, last, first) = try await store.read { transaction in
            let rows = try transaction.allRows()
            return (
                try transaction.remembered(key), rows.volumes.map(\.header.name).sorted(),
                try transaction.lastSequence(), try transaction.firstSequence()
            )
        }
        #expect(remembered?.targetID == "vol-wab77vhhhgvv" && remembered?.operationID?.rawValue == "op-r6jymi4dolmj")
        #expect(volumes == ["data-1", "spare"] && first == 1 && last == 41)
    }

    /// A row that no version of this program wrote: it must not end the process, nor be written over.
    @Test func theLastRevisionThereCanBeIsToldAsAnError() async throws {
        let fixture = try StoreFixture()
        try makeOldDatabase(fixture.path)
        let queue = try DatabaseQueue(path: fixture.path)
        try await queue.write {
            try $0.execute(sql: "UPDATE event SET sequence = ? WHERE sequence = 41", arguments: [Int64.max])
        }
        try queue.close()
        let store = try fixture.open(migrations: Schema.migrations)
        defer { store.close() }
        await #expect(throws: StoreError.self) {
            try await store.write { transaction in
                var volume = try #require(try transaction.allRows().volumes.first)
                try transaction.update(
                    &volume, by: ChangeAuthor(principal: "admin", source: "test"),
                    at: Timestamp(millisecondsSinceEpoch: 0))
            }
        }
        #expect(try await store.read { try $0.lastSequence() } == .max)
    }
}
