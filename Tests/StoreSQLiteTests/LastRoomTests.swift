import Foundation
import Logging
import Store
import Testing

@testable import StoreSQLite

/// The last room is for what frees room, whoever else wants it.
@Suite(.enabled(if: SmallDisk.isPossible, "needs the right to mount small file systems"), .serialized)
struct LastRoomTests {
    private static let reserveBytes: Int64 = 8 << 20
    private static let itemCount = 60
    private let complaints = Complaints()

    private func open(_ disk: SmallDisk, reserveBytes: Int64 = reserveBytes) throws -> SQLiteStore {
        try SQLiteStore(
            path: disk.folder + "/metadata.sqlite", migrations: StoreFixture.migrations, reserveBytes: reserveBytes,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onUnusable: { [complaints] in complaints.add($0) })
    }

    private func fillWithItems(_ store: SQLiteStore) async throws {
        for number in 0..<Self.itemCount {
            try await store.insert("item-\(number)", payload: [UInt8](repeating: 7, count: 20_000))
        }
    }

    /// Waits until the greedy one has everything.
    private func untilShort(_ store: SQLiteStore) async throws {
        for number in 0..<20_000 {
            do {
                try await store.insert("ordinary-\(number)")
                try await Task.sleep(for: .milliseconds(1))
            } catch StoreError.storageFull {
                return
            }
        }
        Issue.record("room never was short")
    }

    private func delete(_ number: Int, _ store: SQLiteStore) async throws {
        try await store.write(for: .freeing) { transaction in
            try transaction.execute("DELETE FROM item WHERE name = ?", [.text("item-\(number)")])
            // What an operation notes on its way.
            try transaction.insertItem("note-\(number)", payload: [UInt8](repeating: 1, count: 2_000))
        }
    }

    /// Deletions go on, through a stop and a start, beside somebody who takes every block that gets free.
    @Test(arguments: SmallDisk.possibleKinds)
    func deletionsPassBesideAGreedyWriter(kind: SmallDisk.Kind) async throws {
        let disk = try SmallDisk(mebibytes: 64, kind)
        var store = try open(disk)
        try await fillWithItems(store)
        let greedy = GreedyWriter(disk)
        defer { greedy.end() }
        try await untilShort(store)
        for number in 0..<20 { try await delete(number, store) }
        await #expect(throws: StoreError.storageFull) { try await store.insert("ordinary") }
        #expect(try await store.write { _ in 42 } == 42)
        store.close()

        store = try open(disk)
        for number in 20..<Self.itemCount { try await delete(number, store) }
        await #expect(throws: StoreError.storageFull) { try await store.insert("ordinary") }
        #expect(try await store.names().filter { $0.hasPrefix("item") } == [])
        #expect(try await store.problems() == [])
        store.close()
        store = try open(disk)
        #expect(try await store.names().filter { $0.hasPrefix("note") }.count == Self.itemCount)

        greedy.end()
        try await store.insert("room again")
        store.close()
        #expect(complaints.all == [])
    }

    /// Far more than is deleted at one time: the log is emptied into a database that has room to grow.
    @Test(arguments: SmallDisk.possibleKinds)
    func theRoomLasts(kind: SmallDisk.Kind) async throws {
        let disk = try SmallDisk(mebibytes: 64, kind)
        let store = try open(disk)
        try await fillWithItems(store)
        let greedy = GreedyWriter(disk)
        defer { greedy.end() }
        try await untilShort(store)
        for number in 0..<3_000 {
            try await store.write(for: .freeing) { transaction in
                try transaction.execute(
                    "UPDATE item SET payload = ? WHERE name = 'item-1'", [.blob([UInt8]("\(number)".utf8))])
            }
        }
        store.close()
        #expect(complaints.all == [])
    }

    /// A change that goes on although it was refused has not been made, and says so.
    @Test func aRefusedBodyThatGoesOnIsRefused() async throws {
        let disk = try SmallDisk(mebibytes: 64)
        let store = try open(disk)
        disk.fill()
        await #expect(throws: StoreError.storageFull) {
            try await store.write { transaction in try? transaction.insertItem("ordinary") }
        }
        #expect(try await store.names() == [])
        disk.empty()
        try await store.insert("room again")
        store.close()
    }

    /// Ordinary and freeing changes share a commit; only the ordinary ones fail.
    @Test func onlyOrdinaryMembersOfAGroupAreRefused() async throws {
        let disk = try SmallDisk(mebibytes: 64)
        let store = try open(disk)
        disk.fill()
        let held = try await HeldWriter(store)
        let ordinary = Task { try await store.insert("ordinary") }
        try await eventually("it waits") { store.waitingWriteCount == 1 }
        let freeing = Task { try await store.write(for: .freeing) { try $0.insertItem("freeing") } }
        try await eventually("both wait") { store.waitingWriteCount == 2 }
        try await held.release()
        await #expect(throws: StoreError.storageFull) { try await ordinary.value }
        try await freeing.value
        #expect(try await store.names() == ["freeing"])
        store.close()
    }

    /// What an earlier version left: a log, and a file of its own as reserve.
    @Test func theReserveOfAnEarlierVersionIsTakenOver() async throws {
        let disk = try SmallDisk(mebibytes: 64)
        let reserve = disk.folder + "/metadata.sqlite-reserve"
        var store = try open(disk, reserveBytes: 0)
        try await store.insert("before")
        store.close()
        try Data(count: Int(Self.reserveBytes)).write(to: URL(fileURLWithPath: reserve))
        store = try open(disk)
        #expect(!FileManager.default.fileExists(atPath: reserve))
        disk.fill()
        try await store.write(for: .freeing) { try $0.insertItem("freeing") }
        #expect(try await store.names() == ["before", "freeing"])
        store.close()
    }
}
