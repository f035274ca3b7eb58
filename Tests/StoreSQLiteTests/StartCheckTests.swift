import Foundation
import Store
import Synchronization
import Testing

@testable import StoreSQLite

/// A large database is checked beside the serving, and served once at most before it was found sound.
@Suite struct StartCheckTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    private var isMarked: Bool { FileManager.default.fileExists(atPath: fixture.path + "-unchecked") }

    private func mark() throws { try Data().write(to: URL(fileURLWithPath: fixture.path + "-unchecked")) }

    /// As if the database were a large one.
    private func openLarge(onUnusable: @escaping @Sendable (String) -> Void = { _ in }) throws -> SQLiteStore {
        try fixture.open(checkedFirstBytes: 0, onUnusable: onUnusable)
    }

    @Test func aSoundOneLosesItsMark() async throws {
        try fixture.open().close()
        for _ in 1...3 {
            let store = try openLarge()
            try await store.insert(UUID().uuidString)
            try await eventually("it was found sound") { !isMarked }
            store.close()
        }
        #expect(try await fixture.open().names().count == 3)
    }

    /// The start cannot see it in what it reads; the check does, ends the store, and the next start serves nobody.
    @Test func damageEndsTheStoreAndRefusesTheNextStart() async throws {
        try await fixture.fillAndDamage()
        let reason = Mutex("")
        let store = try openLarge { why in reason.withLock { $0 = why } }
        try await eventually("the damage is told") { reason.withLock { $0.contains("damaged") } }
        await #expect(throws: StoreError.self) { try await store.insert("late") }
        store.close()
        #expect(isMarked)
        #expect(throws: StoreError.self) { _ = try openLarge() }
        #expect(isMarked)
    }

    @Test func aStartThatFindsTheMarkChecksFirst() async throws {
        try await fixture.fillAndDamage()
        try mark()
        #expect(throws: StoreError.self) { _ = try openLarge() }
    }

    @Test func aMarkOfASoundOneGoesAtTheNextStart() throws {
        try fixture.open().close()
        try mark()
        let store = try openLarge()
        #expect(!isMarked)
        store.close()
    }

    @Test func aCheckThatWasEndedLeavesTheMark() async throws {
        try fixture.open().close()
        let store = try openLarge()
        try await eventually("it was found sound") { !isMarked }
        store.integrity.end()
        try mark()
        store.checkBesideServing()
        // A check that is under way, or still waits, does not hold up the end, and proves nothing.
        store.close()
        #expect(isMarked)
    }

    @Test func aSmallOneIsCheckedFirstAndBearsNoMark() throws {
        try fixture.open().close()
        let store = try fixture.open()
        #expect(!isMarked)
        store.close()
    }
}
