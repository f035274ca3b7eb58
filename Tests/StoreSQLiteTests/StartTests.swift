import Foundation
import GRDB
import Store
import Testing

@testable import StoreSQLite

/// A start finds what was there, or says what is wrong and changes nothing.
@Suite struct StartTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    private func use(_ names: [String]) async throws {
        let store = try fixture.open()
        for name in names { try await store.insert(name) }
        store.close()
    }

    /// The files as a killed process leaves them.
    private func crash(_ names: [String]) async throws -> SQLiteStore {
        let store = try fixture.open()
        for name in names { try await store.insert(name) }
        let left = fixture.folder + "/left"
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
        for suffix in ["", "-wal", "-shm"] {
            try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: "\(left)/metadata.sqlite\(suffix)")
        }
        return store
    }

    /// Ends the process that "was killed" and puts its files back.
    private func bringBack(_ store: SQLiteStore) throws {
        store.close()
        for suffix in ["", "-wal", "-shm", "-reserve"] { unlink(fixture.path + suffix) }
        let left = fixture.folder + "/left"
        for name in try FileManager.default.contentsOfDirectory(atPath: left) {
            try FileManager.default.moveItem(atPath: "\(left)/\(name)", toPath: "\(fixture.folder)/\(name)")
        }
        try FileManager.default.removeItem(atPath: left)
    }

    private func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: fixture.folder) {
            contents[name] = FileManager.default.contents(atPath: "\(fixture.folder)/\(name)") ?? Data()
        }
        // The index is nobody's data: whoever opens the database may make it anew.
        contents["metadata.sqlite-shm"] = nil
        return contents
    }

    /// - Returns: the reason.
    @discardableResult
    private func refused(remains: [String] = []) throws -> String {
        let before = try contents()
        var reason = ""
        #expect {
            _ = try SQLiteStore(
                path: fixture.path, remains: remains, migrations: StoreFixture.migrations, reserveBytes: 1 << 20,
                onUnusable: { _ in })
        } throws: { error in
            guard case StoreError.unusable(let why) = error else { return false }
            reason = why
            return true
        }
        #expect(try contents() == before)
        return reason
    }

    @Test func aCleanStopFoldsTheLogAway() async throws {
        try await use(["item"])
        #expect(try contents().keys.sorted() == ["metadata.sqlite"])
        #expect(try await fixture.open().names() == ["item"])
    }

    @Test func theRoomOfTheLogOutlivesACleanStop() async throws {
        for _ in 1...3 {
            let store = try fixture.open(reserveBytes: 1 << 20)
            try await store.insert("item-\(UUID().uuidString)")
            #expect(try contents()["metadata.sqlite-reserve"] == nil)
            #expect(try #require(try contents()["metadata.sqlite-wal"]).count >= 1 << 20)
            store.close()
            #expect(try contents()["metadata.sqlite-wal"] == nil)
            #expect(try contents()["metadata.sqlite-reserve"]?.count == 1 << 20)
        }
        #expect(try await fixture.open().names().count == 3)
    }

    @Test func aMissingDatabaseIsNotMadeAnewBesideItsLog() async throws {
        let store = try await crash(["item"])
        try bringBack(store)
        let away = fixture.folder + "/away"
        try FileManager.default.moveItem(atPath: fixture.path, toPath: away)
        #expect(try refused().contains("metadata.sqlite-wal"))
        try FileManager.default.moveItem(atPath: away, toPath: fixture.path)
        #expect(try await fixture.open().names() == ["item"])
    }

    @Test(arguments: ["-wal", "-shm", "-reserve", "-backup-x", ".restoring", ".before-restore-x"])
    func aMissingDatabaseIsNotMadeAnewBeside(suffix: String) throws {
        try Data("left".utf8).write(to: URL(fileURLWithPath: fixture.path + suffix))
        #expect(try refused().contains("metadata.sqlite" + suffix))
    }

    @Test func aMissingDatabaseIsNotMadeAnewBesideWhatElseIsLeft() throws {
        #expect(try refused(remains: ["admin.token", "layers/ (3 in it)"]).contains("admin.token, layers/ (3 in it)"))
    }

    @Test func aFirstStartThatDiedHalfWayIsBegunAnew() async throws {
        for suffix in [".new", ".new-journal", ".new-wal"] {
            try Data("half".utf8).write(to: URL(fileURLWithPath: fixture.path + suffix))
        }
        try await use(["item"])
        #expect(try contents().keys.sorted() == ["metadata.sqlite"])
    }

    @Test(arguments: ["", "x", "SQLite format 4\0", String(repeating: "A", count: 8_192)])
    func whatIsNoDatabaseIsRefused(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: fixture.path))
        try refused()
    }

    @Test func anotherProgramsDatabaseIsRefused() async throws {
        let queue = try DatabaseQueue(path: fixture.path)
        try await queue.write { try $0.execute(sql: "CREATE TABLE theirs (x)") }
        try queue.close()
        try refused()
    }

    @Test func aNewerDatabaseIsNotTouched() async throws {
        let newer = StoreFixture.migrations + [Migration("002-newer", ["CREATE TABLE newer (x INTEGER) STRICT"])]
        try fixture.open(migrations: newer).close()
        #expect(try refused().contains("newer version"))
    }

    @Test(arguments: ["", "-wal", "-shm", "-journal", "-reserve", "-reserve-index"], ["link", "pipe", "folder"])
    func nothingElseStandsForAFile(suffix: String, kind: String) async throws {
        try await use(["item"])
        let path = fixture.path + suffix
        unlink(path)
        let target = fixture.folder + "/target"
        try Data("theirs".utf8).write(to: URL(fileURLWithPath: target))
        switch kind {
        case "link": symlink(target, path)
        case "pipe": mkfifo(path, 0o600)
        default: mkdir(path, 0o700)
        }
        let reason = { () throws -> String in
            do {
                try fixture.open(reserveBytes: 1 << 20).close()
                return ""
            } catch StoreError.unusable(let reason) {
                return reason
            }
        }
        #expect(try reason().contains("no plain file"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == Data("theirs".utf8))
    }

    // MARK: A log that lost something

    @Test func aKilledProcessLosesNothing() async throws {
        let store = try await crash(["one", "two"])
        try bringBack(store)
        #expect(try await fixture.open().names() == ["one", "two"])
    }

    @Test func aLostLogIsMissed() async throws {
        let store = try await crash(["one", "two"])
        try bringBack(store)
        unlink(fixture.path + "-wal")
        #expect(try refused().contains("missing or empty"))
    }

    @Test func anEmptiedLogIsMissed() async throws {
        let store = try await crash(["one", "two"])
        try bringBack(store)
        truncate(fixture.path + "-wal", 0)
        #expect(try refused().contains("missing or empty"))
    }

    /// Bytes written over at the beginning, inside a change that is followed by others, and inside the last one.
    @Test(arguments: [0.0, 0.02, 0.5, 0.99])
    func aDamagedLogIsRefused(place: Double) async throws {
        let store = try await crash((0..<20).map { "item-\($0)" })
        try bringBack(store)
        let file = try #require(FileHandle(forUpdatingAtPath: fixture.path + "-wal"))
        let size = try file.seekToEnd()
        try file.seek(toOffset: UInt64(Double(size) * place))
        try file.write(contentsOf: Data(repeating: 0xA5, count: 16))
        try file.close()
        #expect(try refused().contains("damaged"))
    }

    @Test func aCutLogIsRefused() async throws {
        let store = try await crash((0..<20).map { "item-\($0)" })
        try bringBack(store)
        let size = try #require(try contents()["metadata.sqlite-wal"]?.count)
        truncate(fixture.path + "-wal", off_t(size / 2))
        #expect(try refused().contains("damaged"))
    }

    /// Without its index nothing says whether the last change was acknowledged: it is dropped, and everything before it
    /// is there, as after a power cut.
    @Test func aTornLastChangeIsDropped() async throws {
        let store = try await crash((0..<20).map { "item-\($0)" })
        try bringBack(store)
        unlink(fixture.path + "-shm")
        let size = try #require(try contents()["metadata.sqlite-wal"]?.count)
        truncate(fixture.path + "-wal", off_t(size - 100))
        #expect(try await fixture.open().names() == (0..<19).map { "item-\($0)" })
    }

    /// Without its index, damage in the midst is still no power cut.
    @Test func damageBeforeOtherChangesIsSeenWithoutTheIndex() async throws {
        let store = try await crash((0..<20).map { "item-\($0)" })
        try bringBack(store)
        unlink(fixture.path + "-shm")
        let file = try #require(FileHandle(forUpdatingAtPath: fixture.path + "-wal"))
        try file.seek(toOffset: try file.seekToEnd() / 2)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 16))
        try file.close()
        #expect(try refused().contains("damaged"))
    }
}
