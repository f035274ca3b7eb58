import Store
import Testing

@testable import StoreSQLite

struct ChangeSignalTests {
    @Test func aDurableChangeIsSignalledToEverySubscriber() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        var streams = [store.changes().makeAsyncIterator(), store.changes().makeAsyncIterator()]
        try await store.insert("item")
        for index in streams.indices {
            #expect(await streams[index].next() != nil)
        }
    }

    @Test func manyChangesMayBeOneSignal() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let stream = store.changes()
        for number in 0..<10 {
            try await store.insert("item-\(number)")
        }
        store.close()
        var count = 0
        for await _ in stream { count += 1 }
        #expect(count == 1)
    }

    @Test func readsAndFailedWritesAreNoChange() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let stream = store.changes()
        _ = try await store.names()
        try? await store.write { _ in throw Deliberate() }
        store.close()
        for await _ in stream { Issue.record("a signal without a change") }
    }

    @Test func aSubscriberThatGoesAwayIsForgotten() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let task = Task { for await _ in store.changes() {} }
        try await eventually("subscribed") { store.subscriberCount == 1 }
        task.cancel()
        try await eventually("forgotten") { store.subscriberCount == 0 }
    }
}
