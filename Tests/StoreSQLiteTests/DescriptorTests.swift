import Foundation
import GRDB
import Store
import Testing

@testable import StoreSQLite

/// Descriptors run out because of others; the store opened what it needs before.
@Suite struct DescriptorTests {
    @Test func aStoreThatIsOpenNeedsNoFurtherDescriptor() async throws {
        let fixture = try StoreFixture()
        let path = fixture.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            try await HungryChild.run(path: path)
        }
    }

    @Test func aFileThatCannotBeOpenedIsNoBrokenStore() {
        let fault = SQLiteFault(DatabaseError(resultCode: .SQLITE_CANTOPEN))
        guard case .unavailable = fault else {
            Issue.record("\(fault)")
            return
        }
    }
}

/// Takes every descriptor that there is, then reads in parallel and writes.
enum HungryChild {
    private static let limit: rlim_t = 64

    static func run(path: String) async throws {
        let store = try SQLiteStore(
            path: path, migrations: StoreFixture.migrations, reserveBytes: 1 << 20, onUnusable: { _ in exit(2) })
        var limits = rlimit(rlim_cur: limit, rlim_max: limit)
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { exit(3) }
        while open("/dev/null", O_RDONLY) >= 0 {}
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    _ = try await store.names()
                    try await store.insert("item-\(number)", payload: [UInt8](repeating: 7, count: 20_000))
                    _ = try await store.names()
                }
            }
            try await group.waitForAll()
        }
        guard try await store.names().count == 200 else { exit(4) }
        exit(0)
    }
}
