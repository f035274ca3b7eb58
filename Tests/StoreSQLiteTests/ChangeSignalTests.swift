import Foundation
import Model
import Store
import Testing

@testable import StoreSQLite

struct ChangeSignalTests {
    private let mine = ChangeTopic.resource("mine"), other = ChangeTopic.resource("other")

    private func change(_ topic: ChangeTopic, in store: SQLiteStore) async throws {
        try await store.write {
            try $0.insertItem(UUID().uuidString)
            $0.note(topic)
        }
    }

    private func signalCount(_ stream: AsyncStream<Void>) async -> Int {
        var count = 0
        for await _ in stream { count += 1 }
        return count
    }

    @Test func aDurableChangeIsSignalledToAllWhoWaitForIt() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        var streams = [store.changes(of: [mine]), store.changes(of: [other, mine])].map { $0.makeAsyncIterator() }
        try await change(mine, in: store)
        for index in streams.indices {
            #expect(await streams[index].next() != nil)
        }
    }

    @Test func aThousandWhoWaitForOtherThingsAreNotWoken() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let streams = (0..<1_000).map { store.changes(of: [.resource("\($0)"), other]) }
        let woken = store.changes(of: [mine])
        for _ in 0..<10 { try await change(mine, in: store) }
        store.close()
        #expect(await signalCount(woken) == 1)
        for stream in streams where await signalCount(stream) > 0 { Issue.record("a signal of what others changed") }
    }

    @Test func readsAndFailedWritesAreNoChange() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let stream = store.changes(of: [mine])
        _ = try await store.names()
        let mine = mine
        try? await store.write {
            $0.note(mine)
            throw Deliberate()
        }
        store.close()
        #expect(await signalCount(stream) == 0)
    }

    /// Of those that share a commit, only who succeeded is heard of.
    @Test func aMemberOfAGroupThatFailedNotesNothing() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let (failed, succeeded) = (store.changes(of: [mine]), store.changes(of: [other]))
        let held = try await HeldWriter(store)
        let (mine, other) = (mine, other)
        async let first: Void? = try? store.write {
            $0.note(mine)
            throw Deliberate()
        }
        async let second: Void = store.write { $0.note(other) }
        try await eventually("both wait") { store.waitingWriteCount == 2 }
        try await held.release()
        _ = try await (first, second)
        store.close()
        #expect(await signalCount(failed) == 0)
        #expect(await signalCount(succeeded) == 1)
    }

    /// Who makes the stream, then reads, then waits, has read the last change in the end, however it falls in between.
    @Test(.timeLimit(.minutes(2))) func nobodyMissesTheLastChange() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        defer { store.close() }
        let (rounds, changes) = (20, 25)
        for round in 1...rounds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        while true {
                            let signals = store.changes(of: [mine])
                            if try await store.names().count >= round * changes { return }
                            for await _ in signals { break }
                        }
                    }
                }
                for _ in 0..<changes { try await change(mine, in: store) }
                try await group.waitForAll()
            }
        }
    }

    @Test func aSubscriberThatGoesAwayIsForgotten() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let topics = [mine, other]
        let task = Task { for await _ in store.changes(of: Set(topics)) {} }
        try await eventually("subscribed") { store.subscriberCount == 1 }
        task.cancel()
        try await eventually("forgotten") { store.subscriberCount == 0 }
    }
}

/// What the tables note.
struct ChangeTopicTests {
    private func isSignalled(_ topic: ChangeTopic, _ change: @escaping @Sendable (any WriteTransaction) throws -> Void)
        async throws -> Bool
    {
        let fixture = try StoreFixture()
        let store = try fixture.open(migrations: Schema.migrations)
        let house = House()
        try await store.write { try house.build(in: $0) }
        let stream = store.changes(of: [topic])
        try await store.write(change)
        store.close()
        for await _ in stream { return true }
        return false
    }

    @Test func anEventWakesItsProjectAndItsResource() async throws {
        let house = House()
        for (topic, isExpected) in [
            (ChangeTopic.events(of: house.project), true), (.events(of: ProjectID(stored: "prj-b")), false),
            (.resource(house.volume.rawValue), true), (.resource("vol-b"), false), (.frozenLayers, false),
        ] {
            let isSignalled = try await isSignalled(topic) { transaction in
                var volume: Volume = try #require(try transaction.get(house.volume))
                try transaction.update(&volume, by: House.author, at: House.now)
            }
            #expect(isSignalled == isExpected, "\(topic)")
        }
    }

    @Test(arguments: [(Model.Operation.State.running, false), (.succeeded, true), (.failed, true), (.stuck, true)])
    func anOperationWakesWhoWaitsForItsRest(state: Model.Operation.State, isExpected: Bool) async throws {
        let (house, id) = (House(), OperationID(stored: "op-a"))
        let isSignalled = try await isSignalled(.rest(of: id)) { transaction in
            var operation = Model.Operation(
                id: id, projectID: house.project, type: "TEST", steps: [], targetIDs: [], requestID: "",
                principal: "admin", input: "{}", warnings: [], at: House.now)
            try transaction.insert(&operation, by: House.author, at: House.now)
            operation.state = state
            try transaction.update(&operation, by: House.author, at: House.now)
        }
        #expect(isSignalled == isExpected)
    }

    @Test func aLayerThatFreezesIsHeardOf() async throws {
        let layer = House().layers[2]
        let isSignalled = try await isSignalled(.frozenLayers) { transaction in
            var row = try #require(try transaction.layer(layer))
            row.state = .frozen
            try transaction.update(row)
        }
        #expect(isSignalled)
    }
}
