import Foundation
import GRDB
import Store
import Testing

@testable import StoreSQLite

@Suite struct BackupTests {
    private func copy(_ store: SQLiteStore, to path: String) async throws {
        let (parts, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        try await store.backUp(chunkByteCount: chunkByteCount) { continuation.yield($0) }
        continuation.finish()
        var data = Data()
        for await part in parts {
            #expect(part.count <= chunkByteCount)
            data += part
        }
        try data.write(to: URL(fileURLWithPath: path))
    }

    private func names(in path: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { connection in
            #expect(try String.fetchAll(connection, sql: "PRAGMA integrity_check") == ["ok"])
            return try String.fetchAll(connection, sql: "SELECT name FROM item ORDER BY id")
        }
    }

    private func leftovers(_ fixture: StoreFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture.folder).filter { $0.contains("backup") }
    }

    /// Both halves of every change are in the copy, or neither, however much is written meanwhile.
    @Test func aBackupIsOfOneInstantWhileOthersWrite() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        defer { store.close() }
        let writing = Task {
            var number = 0
            while !Task.isCancelled {
                number += 1
                let name = "\(number)"
                try await store.write { transaction in
                    for half in ["a", "b"] { try transaction.insertItem(name + half) }
                }
            }
        }
        for number in 1...10 {
            let path = "\(fixture.folder)/copy-\(number)"
            try await copy(store, to: path)
            let count = try names(in: path).count
            #expect(count.isMultiple(of: 2), "\(count)")
        }
        writing.cancel()
        _ = await writing.result
        #expect(try leftovers(fixture).isEmpty)
    }

    @Test func nothingIsLeftOfABackupThatFailed() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        defer { store.close() }
        await #expect(throws: Deliberate.self) {
            try await store.backUp(chunkByteCount: 10) { _ in throw Deliberate() }
        }
        #expect(try leftovers(fixture).isEmpty)
    }

    @Test func whatADeadProcessLeftGoesAtTheNextStart() throws {
        let fixture = try StoreFixture()
        try fixture.open().close()
        try Data("half".utf8).write(to: URL(fileURLWithPath: fixture.path + "-backup-dead"))
        try fixture.open().close()
        #expect(try leftovers(fixture).isEmpty)
    }

    /// At once, or table by table as in a large database.
    @Test(arguments: [StartCheck.defaultLimitBytes, 0])
    func rowsThatReferToNothingAreTold(checkedFirstBytes: Int64) async throws {
        let fixture = try StoreFixture()
        try fixture.open().close()
        var careless = Configuration()
        careless.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: fixture.path, configuration: careless)
        try await queue.write { try $0.execute(sql: "INSERT INTO child (item) VALUES (7)") }
        try queue.close()
        let store = try fixture.open(checkedFirstBytes: checkedFirstBytes)
        defer { store.close() }
        #expect(try await store.problems() == ["a row of child refers to no row of item"])
    }

    /// What a crash left in the old one's log is in the old one that is kept, and not in the new one.
    @Test func aReplacedDatabaseKeepsItsLogToItself() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try await store.insert("before")
        let backup = fixture.folder + "/copy"
        try await copy(store, to: backup)
        try await store.insert("after")
        // The files as a killed process leaves them: the log is not in the database.
        let crashed = fixture.folder + "/crashed.sqlite"
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: crashed + suffix)
        }
        store.close()

        let replacement = DatabaseReplacement(of: crashed)
        try replacement.prepare(from: backup)
        let old = try replacement.finish(keepingOldAs: ".old")
        #expect(old == crashed + ".old")
        #expect(try names(in: crashed) == ["before"])
        #expect(try names(in: crashed + ".old") == ["before", "after"])
    }

    /// A database that cannot be read any more is what is replaced: it is kept as it is, with its log.
    @Test func aDamagedDatabaseIsReplacedAndKept() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try await store.insert("before")
        let backup = fixture.folder + "/copy"
        try await copy(store, to: backup)
        store.close()
        let damaged = fixture.folder + "/damaged.sqlite"
        for suffix in ["", "-wal"] {
            try Data(repeating: 7, count: 9000).write(to: URL(fileURLWithPath: damaged + suffix))
        }
        let replacement = DatabaseReplacement(of: damaged)
        try replacement.prepare(from: backup)
        _ = try replacement.finish(keepingOldAs: ".old")
        #expect(try names(in: damaged) == ["before"])
        for suffix in ["", "-wal"] {
            let kept = try Data(contentsOf: URL(fileURLWithPath: damaged + ".old" + suffix))
            #expect(kept == Data(repeating: 7, count: 9000))
        }
    }

    /// A link to a backup is the backup: what takes the old one's place is a file of its own.
    @Test func aLinkToABackupIsFollowedOnce() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try await store.insert("before")
        let (backup, latest) = (fixture.folder + "/copy", fixture.folder + "/latest")
        try await copy(store, to: backup)
        store.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: backup))
        symlink("copy", latest)
        let replacement = DatabaseReplacement(of: fixture.path)
        try replacement.prepare(from: latest)
        _ = try replacement.finish(keepingOldAs: ".old")
        let reopened = try fixture.open()
        try await reopened.insert("after")
        reopened.close()
        #expect(try names(in: fixture.path) == ["before", "after"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: backup)) == bytes)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: latest) == "copy")
    }

    /// Nothing of a log is lost because its database is: it gets its second name as it is.
    @Test(arguments: [nil, 0])
    func theLogOfALostDatabaseIsKept(size: Int?) async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try await store.insert("before")
        let backup = fixture.folder + "/copy"
        try await copy(store, to: backup)
        let log = try Data(contentsOf: URL(fileURLWithPath: fixture.path + "-wal"))
        store.close()
        unlink(fixture.path)
        if let size { try Data(count: size).write(to: URL(fileURLWithPath: fixture.path)) }
        try log.write(to: URL(fileURLWithPath: fixture.path + "-wal"))
        let replacement = DatabaseReplacement(of: fixture.path)
        try replacement.prepare(from: backup)
        _ = try replacement.finish(keepingOldAs: ".old")
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path + ".old-wal")) == log)
        #expect(try names(in: fixture.path) == ["before"])
    }

    @Test(arguments: ["", "no database"])
    func whatIsNoBackupIsRefused(_ contents: String) throws {
        let fixture = try StoreFixture()
        let source = fixture.folder + "/source"
        try Data(contents.utf8).write(to: URL(fileURLWithPath: source))
        let replacement = DatabaseReplacement(of: fixture.path)
        #expect(throws: StoreError.self) { try replacement.prepare(from: source) }
    }
}

private let chunkByteCount = 10_000
