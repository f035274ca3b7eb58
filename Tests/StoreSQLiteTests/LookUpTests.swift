import Foundation
import Store
import Synchronization
import Testing

@testable import StoreSQLite

/// Short reads run where they are; long ones hold nobody up while a thread sleeps.
@Suite struct LookUpTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    /// Whether a look-up runs on the thread that asks.
    private func isOnThisThread() async throws -> Bool {
        let here = pthread_self()
        return try await store.lookUp { _ in pthread_equal(pthread_self(), here) != 0 }
    }

    @Test func itRunsWhereItIs() async throws {
        #expect(try await isOnThisThread())
    }

    @Test func itSeesWhatWasAcknowledgedBefore() async throws {
        for number in 0..<200 {
            try await store.insert("item-\(number)")
            let count = try await store.lookUp { try $0.rows("SELECT COUNT(*) FROM item", []) { try $0.integer(0) } }
            #expect(count == [Int64(number + 1)])
        }
    }

    @Test func whatItThrowsIsThrown() async throws {
        await #expect(throws: Deliberate.self) { try await store.lookUp { _ in throw Deliberate() } }
        await #expect(throws: StoreError.self) {
            try await store.lookUp { try $0.rows("NO SUCH THING", []) { _ in } }
        }
        #expect(try await isOnThisThread())
    }

    /// A disk that hangs, hangs a thread that asks once, and not again at once.
    @Test func afterASlowOneTheyGoToTheThreadsForAWhile() async throws {
        _ = try await store.lookUp { _ in usleep(300_000) }
        #expect(try await !isOnThisThread())
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !isOnThisThread() {
            try #require(ContinuousClock.now < deadline, "never again on the thread that asks")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test func whenNoConnectionIsFreeTheyGoToTheThreads() throws {
        let health = StoreHealth(logger: .init(label: "test"), onUnusable: { _ in })
        let lookUps = LookUps(
            try DatabaseOpening.readConnections(LookUps.connectionCount, to: fixture.path, health: health))
        func nested(_ depth: Int) throws -> Int {
            try lookUps.run { _ in try nested(depth + 1) } ?? depth
        }
        #expect(try nested(0) == LookUps.connectionCount)
        #expect(try nested(0) == LookUps.connectionCount)
        try lookUps.close()
        #expect(try nested(0) == 0)
    }

    /// A flood of lists holds every reading thread, and look-ups cannot run where they are: they wait for no list. Seen
    /// was that 16 connections with 199 lists each made a look-up wait for 9 seconds.
    @Test func aFloodOfListsHoldsNoLookUpUp() async throws {
        let gate = DispatchSemaphore(value: 0)
        let flood = (0..<100).map { _ in Task { [store] in try await store.read { _ in gate.wait() } } }
        try await eventually("all threads are held") { store.waitingReadCount == 100 - SQLiteStore.readerCount }
        _ = try await store.lookUp { _ in usleep(300_000) }
        let found = Counter()
        let lookUp = Task { [store] in try await store.lookUp { _ in found.add() } }
        // The flood ends in any case, or nothing would.
        let isFound = (try? await eventually("it is looked up") { found.value == 1 }) != nil
        for _ in flood { gate.signal() }
        for task in flood { try await task.value }
        try await lookUp.value
        #expect(isFound)
    }

    /// One reading thread used to take 32 reads at once, and the others slept.
    @Test func nobodyWaitsBehindALongReadWhileAThreadIsFree() async throws {
        let held = (0..<SQLiteStore.readerCount).map { _ in DispatchSemaphore(value: 0) }
        let heldCount = Counter()
        let holders = held.map { gate in
            Task { [store] in
                try await store.read { _ in
                    heldCount.add()
                    gate.wait()
                }
            }
        }
        try await eventually("all threads are held") { heldCount.value == held.count }
        let long = DispatchSemaphore(value: 0)
        let blocker = Task { [store] in try await store.read { _ in long.wait() } }
        try await eventually("the long one waits") { store.waitingReadCount == 1 }
        let short = (0..<20).map { _ in Task { [store] in try await store.names() } }
        try await eventually("all wait") { store.waitingReadCount == 21 }
        for gate in held { gate.signal() }
        for task in short { #expect(try await task.value.isEmpty) }
        long.signal()
        for task in holders + [blocker] { try await task.value }
    }
}

private final class Counter: Sendable {
    private let count = Atomic(0)

    func add() { count.wrappingAdd(1, ordering: .relaxed) }

    var value: Int { count.load(ordering: .relaxed) }
}
