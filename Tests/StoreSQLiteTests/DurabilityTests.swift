import Foundation
import Store
import Testing

@testable import StoreSQLite

struct DurabilityTests {
    private struct Settings: Hashable {
        var synchronous: Int64
        var foreignKeys: Int64
        var journal: String

        static let durable = Settings(synchronous: 2, foreignKeys: 1, journal: "wal")

        init(synchronous: Int64, foreignKeys: Int64, journal: String) {
            self.synchronous = synchronous
            self.foreignKeys = foreignKeys
            self.journal = journal
        }

        init(_ transaction: any ReadTransaction) throws {
            synchronous = try transaction.rows("PRAGMA synchronous", []) { try $0.integer(0) }[0]
            foreignKeys = try transaction.rows("PRAGMA foreign_keys", []) { try $0.integer(0) }[0]
            journal = try transaction.rows("PRAGMA journal_mode", []) { try $0.text(0) }[0]
        }
    }

    @Test func everyConnectionCommitsDurably() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        #expect(try await store.write { try Settings($0) } == .durable)
        let seen = try await withThrowingTaskGroup(of: Settings.self) { group in
            for _ in 0..<32 {
                group.addTask { try await store.read { try Settings($0) } }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(seen == [.durable])
    }

    @Test func theFilesBelongToTheirOwnerAlone() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try await store.insert("item")
        for suffix in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
        }
        store.close()
    }

    @Test func whatWasAcknowledgedIsThereAfterReopening() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try await store.insert("item")
        store.close()
        #expect(try await fixture.open().names() == ["item"])
    }

    /// The log is copied into the database now and then, so it stays small.
    @Test func theLogDoesNotGrowForEver() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        for round in 0..<20 {
            try await store.write { transaction in
                for number in 0..<Writer.checkpointRowCount {
                    try transaction.insertItem("\(round)-\(number)", payload: [UInt8](repeating: 1, count: 100))
                }
            }
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path + "-wal")
        let logBytes = try #require(attributes[.size] as? Int)
        #expect(logBytes < 4 << 20, "\(logBytes) bytes")
    }

    /// A process that is killed in the middle of its work.
    @Test func acknowledgedRowsSurviveSIGKILL() async throws {
        let fixture = try StoreFixture()
        let path = fixture.path
        let acknowledgements = fixture.folder + "/acknowledged"
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, file = acknowledgements as String] in
            try await CrashingChild.run(path: path, acknowledgements: file)
        }
        let text = try String(contentsOfFile: acknowledgements, encoding: .utf8)
        let acknowledged = Set(text.split(separator: "\n").map(String.init))
        #expect(acknowledged.count >= CrashingChild.acknowledgedBeforeDeath)
        let found = Set(try await fixture.open().names())
        #expect(acknowledged.subtracting(found) == [])
    }
}

/// Writes rows from many tasks, notes each acknowledged one in a file, and kills itself while others are on their way.
enum CrashingChild {
    static let acknowledgedBeforeDeath = 200

    static func run(path: String, acknowledgements: String) async throws {
        let store = try SQLiteStore(
            path: path, migrations: StoreFixture.migrations, reserveBytes: 0, onUnusable: { _ in })
        let descriptor = open(acknowledgements, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10_000 {
                group.addTask {
                    try await store.insert("item-\(number)")
                    let line = Array("item-\(number)\n".utf8)
                    _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                }
            }
            for _ in 0..<acknowledgedBeforeDeath {
                try await group.next()
            }
            kill(getpid(), SIGKILL)
        }
    }
}
