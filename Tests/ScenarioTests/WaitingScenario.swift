import Engine
import HoldpointClient
import HoldpointMessages
import Logging
import Model
import Store
import Synchronization
import Testing

@testable import Manager

/// Who waits reads when what it waits for has changed, and not when anything else has.
@Suite struct WaitingScenario {
    private func with(
        _ scenario: @Sendable (World, ManagedHouse, SimulatedEngine, CountingStore.Count) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let (engine, count) = (SimulatedEngine(), CountingStore.Count())
        let house = try await ManagedHouse(
            directory.path + "/state", engine: engine, wrap: { CountingStore(base: $0, count: count) })
        do {
            try await scenario(house.world(directory.path), house, engine, count)
        } catch {
            await house.close()
            throw error
        }
        await house.close()
    }

    private let call = Call(principal: "admin", source: "test")

    /// A hundred wait for an operation that hangs, while another volume is changed a hundred times.
    @Test func waitersReadNothingWhileOthersChange() async throws {
        try await with { world, house, engine, count in
            engine.inject(.hangs, into: .createLayer)
            let answer = try await world.client.volumes.createVolume(
                CreateVolumeRequest(
                    requestID: world.newID(), volume: HoldpointMessages.Volume(name: "slow", sizeBytes: 1 << 20)))
            let operation = try #require(answer.operation?.id)
            let waiters = (0..<100).map { _ in
                Task { try await house.manager.waitForOperation(operation, call, until: nil) }
            }
            try await count.settles()
            let before = count.value
            for number in 0..<100 { try await house.store.write { try $0.touch(number) } }
            // Each reading after each change would be 10,000.
            #expect(count.value - before < 100, "reads while nothing changed for those who wait")
            engine.release(.createLayer)
            for waiter in waiters { #expect(try await waiter.value.state == .succeeded) }
        }
    }

    /// Watchers of a project read for its events alone, and miss none of them.
    @Test func watchersReadNothingWithoutAnEvent() async throws {
        try await with { world, house, _, count in
            let seen = CountingStore.Count()
            let watchers = (0..<50).map { _ in
                Task {
                    try await house.manager.watch(from: nil, kinds: [.volume], call) { item in
                        if case .event(let event) = item, event.action == EventAction.created.rawValue { seen.add() }
                    }
                }
            }
            try await count.settles()
            let before = count.value
            for number in 0..<100 { try await house.store.write { try $0.touch(number) } }
            // Each reading after each change would be 5,000; for its bookmark it reads every ten seconds.
            #expect(count.value - before < 1_000, "reads without an event")
            _ = try await world.makeVolume("data-1")
            let end = ContinuousClock.now + .seconds(30)
            while seen.value < 50, .now < end { try await Task.sleep(for: .milliseconds(5)) }
            #expect(seen.value == 50)
            for watcher in watchers { watcher.cancel() }
            for watcher in watchers { _ = await watcher.result }
        }
    }

    /// Operations that end while their waiters come: nobody is left waiting, wherever the end falls.
    @Test(.timeLimit(.minutes(2))) func nobodyWaitsForWhatHasEnded() async throws {
        try await with { world, house, _, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let answer = try await world.client.volumes.createVolume(
                            CreateVolumeRequest(
                                requestID: world.newID(),
                                volume: HoldpointMessages.Volume(name: "v-\(number)", sizeBytes: 1 << 20)))
                        let operation = try #require(answer.operation?.id)
                        let ended = try await house.manager.waitForOperation(operation, call, until: nil)
                        #expect(ended.state == .succeeded)
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}

extension WriteTransaction {
    /// A durable change that nobody waits for.
    fileprivate func touch(_ number: Int) throws {
        try execute("UPDATE credential SET change_time = ? WHERE principal = 'nobody'", [.integer(Int64(number))])
        try execute("UPDATE store_age SET milliseconds = milliseconds + 1", [])
    }
}

/// Counts the reads through it.
private struct CountingStore: MetadataStore {
    final class Count: Sendable {
        private let reads = Atomic(0)

        var value: Int { reads.load(ordering: .relaxed) }
        func add() { reads.wrappingAdd(1, ordering: .relaxed) }

        /// Returns once nobody has read for a while.
        func settles() async throws {
            var last = -1
            while last != value {
                last = value
                try await Task.sleep(for: .milliseconds(300))
            }
        }
    }

    let base: any MetadataStore
    let count: Count

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        count.add()
        return try await base.read(body)
    }

    func survey<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await base.survey(body)
    }

    func write<Result: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await base.write(for: purpose, body)
    }

    func changes(of topics: Set<ChangeTopic>) -> AsyncStream<Void> { base.changes(of: topics) }
    func problems() async throws -> [String] { try await base.problems() }

    func backUp(chunkByteCount: Int, _ send: ([UInt8]) async throws -> Void) async throws {
        try await base.backUp(chunkByteCount: chunkByteCount, send)
    }
}
