import Foundation
import Logging
import Store
import Synchronization
import Testing

@testable import StoreSQLite

@Suite(.enabled(if: SmallDisk.isPossible, "needs the right to mount a small tmpfs"))
struct DiskFullTests {
    private let disk: SmallDisk
    private let path: String
    private let complaints = Complaints()

    init() throws {
        disk = try SmallDisk(mebibytes: 8)
        path = disk.folder + "/metadata.sqlite"
    }

    private func open(reserveBytes: Int64) throws -> SQLiteStore {
        try SQLiteStore(
            path: path, migrations: StoreFixture.migrations, reserveBytes: reserveBytes,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onUnusable: { [complaints] in complaints.add($0) })
    }

    /// Inserts until there is no room; returns the names that were acknowledged.
    private func insertUntilFull(_ store: SQLiteStore) async throws -> [String] {
        var acknowledged: [String] = []
        for number in 0..<10_000 {
            do {
                try await store.insert("item-\(number)", payload: [UInt8](repeating: 7, count: 16 << 10))
                acknowledged.append("item-\(number)")
            } catch StoreError.storageFull {
                return acknowledged
            }
        }
        Issue.record("the disk never was full")
        return acknowledged
    }

    @Test func aFullDiskRefusesWritesAndLosesNothing() async throws {
        let store = try open(reserveBytes: 0)
        let acknowledged = try await insertUntilFull(store)
        #expect(try await store.names() == acknowledged)
        await #expect(throws: StoreError.storageFull) {
            try await store.insert("too much", payload: [UInt8](repeating: 7, count: 64 << 10))
        }
        #expect(complaints.all == [])
        store.close()
        #expect(try await open(reserveBytes: 0).names() == acknowledged)
    }

    @Test func onlyTheWritesThatDoNotFitFail() async throws {
        let store = try open(reserveBytes: 0)
        try await store.insert("first")
        disk.fill()
        let held = try await HeldWriter(store)
        let large = Task {
            try await store.insert("large", payload: [UInt8](repeating: 7, count: 4 << 20))
        }
        try await eventually("the large one waits") { store.waitingWriteCount == 1 }
        let reading = Task { try await store.write { _ in 42 } }
        try await eventually("both wait") { store.waitingWriteCount == 2 }
        try await held.release()
        await #expect(throws: StoreError.storageFull) { try await large.value }
        #expect(try await reading.value == 42)
        disk.empty()
        try await store.insert("second")
        #expect(try await store.names() == ["first", "second"])
    }

    /// SQLite rolls back by itself when the disk is full; a body that goes on must not write outside its transaction.
    @Test func aBodyThatIgnoresTheFullDiskWritesNothing() async throws {
        let store = try open(reserveBytes: 0)
        disk.fill()
        await #expect(throws: StoreError.storageFull) {
            try await store.write { [ballast = disk.ballastPath] transaction in
                // Larger than the page cache, so that pages are written before the commit.
                try? transaction.insertItem("large", payload: [UInt8](repeating: 7, count: 40 << 20))
                unlink(ballast)
                try? transaction.insertItem("small")
            }
        }
        #expect(try await store.names() == [])
    }
}

final class Complaints: Sendable {
    private let reasons = Mutex<[String]>([])

    func add(_ reason: String) { reasons.withLock { $0.append(reason) } }

    var all: [String] { reasons.withLock { $0 } }
}
