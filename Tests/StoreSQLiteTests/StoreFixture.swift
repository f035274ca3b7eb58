import Foundation
import GRDB
import Logging
import Store
import Synchronization
import Testing

@testable import StoreSQLite

/// A folder with a store in it, removed at the end.
final class StoreFixture: Sendable {
    let folder: String
    var path: String { folder + "/metadata.sqlite" }

    /// What every store of these tests begins with.
    static let migrations = [
        Migration(
            "001-test",
            [
                "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, payload BLOB) STRICT",
                "CREATE TABLE child (item INTEGER NOT NULL REFERENCES item(id) DEFERRABLE INITIALLY DEFERRED) STRICT",
            ])
    ]

    init() throws {
        folder = NSTemporaryDirectory() + "holdpoint-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    func open(
        migrations: [Migration] = StoreFixture.migrations, reserveBytes: Int64 = 0,
        checkedFirstBytes: Int64 = StartCheck.defaultLimitBytes,
        onUnusable: @escaping @Sendable (String) -> Void = { _ in },
        commit: @escaping @Sendable (Database) throws -> Void = { try $0.commit() }
    ) throws -> SQLiteStore {
        try SQLiteStore(
            path: path, migrations: migrations, reserveBytes: reserveBytes, checkedFirstBytes: checkedFirstBytes,
            logger: Logger(label: "test"), onUnusable: onUnusable, commit: commit)
    }

    /// Leaves a closed store with rows, of which a page holds something else.
    func fillAndDamage() async throws {
        let store = try open()
        for number in 0..<200 {
            try await store.insert("item-\(number)", payload: [UInt8](repeating: 1, count: 500))
        }
        store.close()
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: 3 * 4096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        try file.close()
    }
}

extension MetadataStore {
    func insert(_ name: String, payload: [UInt8] = []) async throws {
        try await write { try $0.insertItem(name, payload: payload) }
    }

    func names() async throws -> [String] {
        try await read { try $0.rows("SELECT name FROM item ORDER BY id", []) { try $0.text(0) } }
    }
}

extension WriteTransaction {
    func insertItem(_ name: String, payload: [UInt8] = []) throws {
        try execute("INSERT INTO item (name, payload) VALUES (?, ?)", [.text(name), .blob(payload)])
    }
}

struct Deliberate: Error {}

/// Holds a store's writer thread inside a transaction, so that other writes wait and form one group.
struct HeldWriter {
    private let gate = DispatchSemaphore(value: 0)
    private let task: Task<Void, any Error>

    init(_ store: SQLiteStore) async throws {
        let (started, continuation) = AsyncStream.makeStream(of: Void.self)
        task = Task { [gate] in
            try await store.write { _ in
                continuation.finish()
                gate.wait()
            }
        }
        for await _ in started {}
    }

    func release() async throws {
        gate.signal()
        try await task.value
    }
}

/// Waits for a condition that another thread brings about.
func eventually(_ what: String, _ condition: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("never: \(what)")
            throw Deliberate()
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
