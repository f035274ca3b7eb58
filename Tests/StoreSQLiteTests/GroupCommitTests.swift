import GRDB
import Store
import Synchronization
import Testing

@testable import StoreSQLite

struct GroupCommitTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    /// Starts writes, in this order, that form one group; returns their outcomes.
    private func group(
        _ count: Int, _ body: @escaping @Sendable (Int, any WriteTransaction) throws -> Void
    ) async throws -> [Result<Void, any Error>] {
        let held = try await HeldWriter(store)
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<count {
            tasks.append(Task { [store] in try await store.write { try body(number, $0) } })
            try await eventually("write \(number) waits") { store.waitingWriteCount == number + 1 }
        }
        try await held.release()
        var outcomes: [Result<Void, any Error>] = []
        for task in tasks {
            outcomes.append(await task.result)
        }
        return outcomes
    }

    @Test func concurrentWritesShareACommitAndKeepTheirOrder() async throws {
        let before = store.commitCount
        let outcomes = try await group(64) { try $1.insertItem("item-\($0)") }
        #expect(outcomes.allSatisfy { (try? $0.get()) != nil })
        #expect(store.commitCount == before + 2)
        #expect(try await store.names() == (0..<64).map { "item-\($0)" })
    }

    @Test func aFailingWriteDoesNotHurtTheOthers() async throws {
        let outcomes = try await group(20) { number, transaction in
            try transaction.insertItem("item-\(number)")
            if number % 2 == 1 { throw Deliberate() }
        }
        for (number, outcome) in outcomes.enumerated() {
            if number % 2 == 1 {
                #expect(throws: Deliberate.self) { try outcome.get() }
            } else {
                #expect(throws: Never.self) { try outcome.get() }
            }
        }
        #expect(try await store.names() == stride(from: 0, to: 20, by: 2).map { "item-\($0)" })
    }

    @Test func aViolatedConstraintBelongsToItsWriteOnly() async throws {
        let outcomes = try await group(3) { number, transaction in
            try transaction.insertItem(number == 1 ? "item-0" : "item-\(number)")
        }
        #expect {
            try outcomes[1].get()
        } throws: { error in
            guard case StoreError.constraint(let text) = error else { return false }
            return text.contains("item.name")
        }
        #expect(try await store.names() == ["item-0", "item-2"])
    }

    /// A deferred constraint is only checked by the commit, which the group shares.
    @Test func aConstraintThatFailsTheCommitIsBlamedOnItsWrite() async throws {
        let outcomes = try await group(3) { number, transaction in
            try transaction.insertItem("item-\(number)")
            if number == 1 { try transaction.execute("INSERT INTO child (item) VALUES (999)", []) }
        }
        #expect(throws: StoreError.self) { try outcomes[1].get() }
        #expect(try await store.names() == ["item-0", "item-2"])
    }

    /// A refusal must not be answered before the state that it rests on is durable.
    @Test func anErrorIsAnsweredOnlyAfterTheCommit() async throws {
        let fixture = try StoreFixture()
        let order = Mutex<[String]>([])
        let store = try fixture.open(commit: { connection in
            try connection.commit()
            order.withLock { $0.append("commit") }
        })
        let held = try await HeldWriter(store)
        let first = Task { try await store.insert("item") }
        try await eventually("the first waits") { store.waitingWriteCount == 1 }
        let second = Task {
            do {
                try await store.write { transaction in
                    let count = try transaction.rows("SELECT COUNT(*) FROM item", []) { try $0.integer(0) }
                    if count == [1] { throw Deliberate() }
                }
            } catch is Deliberate {
                order.withLock { $0.append("refused") }
            }
        }
        try await eventually("the second waits") { store.waitingWriteCount == 2 }
        try await held.release()
        try await first.value
        try await second.value
        #expect(order.withLock { $0 } == ["commit", "commit", "refused"])
    }

    @Test func cancellingACallerChangesNothing() async throws {
        let held = try await HeldWriter(store)
        let cancelled = Task { [store] in try await store.insert("cancelled") }
        try await eventually("the write waits") { store.waitingWriteCount == 1 }
        cancelled.cancel()
        let other = Task { [store] in try await store.insert("other") }
        try await eventually("both wait") { store.waitingWriteCount == 2 }
        try await held.release()
        try await cancelled.value
        try await other.value
        #expect(try await store.names() == ["cancelled", "other"])
    }

    @Test func aBodyThatRunsTwiceAnswersWithItsLastResult() async throws {
        let runs = Atomic(0)
        let held = try await HeldWriter(store)
        let counted = Task { [store] in
            try await store.write { _ in runs.wrappingAdd(1, ordering: .relaxed).newValue }
        }
        try await eventually("the first waits") { store.waitingWriteCount == 1 }
        let faulty = Task { [store] in
            try await store.write { try $0.execute("INSERT INTO child (item) VALUES (999)", []) }
        }
        try await eventually("both wait") { store.waitingWriteCount == 2 }
        try await held.release()
        #expect(try await counted.value == 2)
        await #expect(throws: StoreError.self) { try await faulty.value }
    }
}
