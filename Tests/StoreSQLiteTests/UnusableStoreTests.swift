import Foundation
import GRDB
import Store
import Synchronization
import Testing

@testable import StoreSQLite

struct UnusableStoreTests {
    @Test func aFailedFsyncOfACommitEndsTheStore() async throws {
        let fixture = try StoreFixture()
        let fails = Atomic(false)
        let reasons = Mutex<[String]>([])
        let store = try fixture.open(
            onUnusable: { reason in reasons.withLock { $0.append(reason) } },
            commit: { connection in
                try connection.commit()
                if fails.load(ordering: .relaxed) { throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC) }
            })
        try await store.insert("before")
        fails.store(true, ordering: .relaxed)
        for attempt in 0..<3 {
            await #expect("attempt \(attempt)") {
                try await store.insert("after")
            } throws: { error in
                guard case StoreError.unusable = error else { return false }
                return true
            }
        }
        await #expect(throws: StoreError.self) { try await store.names() }
        #expect(reasons.withLock { $0.count } == 1)

        // What the failed commit did is found out by opening the file again.
        store.close()
        let reopened = try fixture.open()
        #expect(try await reopened.names() == ["before", "after"])
    }

    @Test func everyWaitingCallerOfAFailedGroupIsTold() async throws {
        let fixture = try StoreFixture()
        let commits = Atomic(0)
        let store = try fixture.open(commit: { connection in
            // The held writer's own commit passes, the group's fails.
            if commits.wrappingAdd(1, ordering: .relaxed).newValue > 1 {
                throw DatabaseError(resultCode: .SQLITE_IOERR_WRITE)
            }
            try connection.commit()
        })
        let held = try await HeldWriter(store)
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<8 {
            tasks.append(Task { try await store.insert("item-\(number)") })
        }
        try await eventually("all wait") { store.waitingWriteCount == 8 }
        try await held.release()
        for task in tasks {
            await #expect(throws: StoreError.self) { try await task.value }
        }
    }

    @Test func aDamagedFileIsRefused() async throws {
        let fixture = try StoreFixture()
        try await fixture.fillAndDamage()
        #expect(throws: StoreError.self) { _ = try fixture.open() }
    }

    @Test func somethingElseIsRefused() throws {
        let fixture = try StoreFixture()
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: fixture.path))
        #expect(throws: StoreError.self) { _ = try fixture.open() }
    }

    @Test func aClosedStoreAnswersWithAnError() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        store.close()
        store.close()
        await #expect(throws: StoreError.unusable("the store was closed")) { try await store.insert("late") }
        await #expect(throws: StoreError.unusable("the store was closed")) { try await store.names() }
    }
}
