import Engine
import Model
import Store
import Synchronization
import Testing

@testable import Manager

/// What comes by itself: when it comes, and what becomes of it when it fails. Time moves as the test says.
@Suite(.timeLimit(.minutes(2))) struct ReconcilerScenario {
    private struct Broken: Error {}

    /// Work that counts its rounds, and fails as long as it is told to.
    private final class Work: Sendable {
        private let state = Mutex((rounds: 0, isBroken: false))

        var rounds: Int { state.withLock(\.rounds) }

        func setBroken(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }

        func round() throws {
            let isBroken = state.withLock { state in
                state.rounds += 1
                return state.isBroken
            }
            if isBroken { throw Broken() }
        }
    }

    private func with(
        _ scenario: (ManagedHouse, ManualPace, SimulatedEngine) async throws -> Void, hasUpkeep: Bool
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let (engine, pace) = (SimulatedEngine(), ManualPace())
        let house = try await ManagedHouse(
            directory.path + "/state", engine: engine, hasUpkeep: hasUpkeep, pace: pace.pace)
        do {
            try await scenario(house, pace, engine)
        } catch {
            await house.close()
            throw error
        }
        await house.close()
    }

    @Test func whatKeepsFailingIsToldAndHoldsNothingElseUp() async throws {
        try await with(
            { house, pace, _ in
                let (good, bad) = (Work(), Work())
                bad.setBroken(true)
                let frame = house.manager.background
                let running = Task {
                    await frame.run([
                        Reconciler(name: "bad", period: .seconds(60)) { try bad.round() },
                        Reconciler(name: "good", period: .seconds(30), firstDelay: .seconds(30)) { try good.round() },
                    ])
                }
                try await untilTrue { pace.waiting == 2 }
                #expect(bad.rounds == 1 && good.rounds == 0)
                #expect(frame.problems.isEmpty, "the next round often mends what one met")

                pace.advance(by: .seconds(30))
                try await untilTrue { good.rounds == 1 && pace.waiting == 2 }
                #expect(bad.rounds == 1, "its time has not come")
                pace.advance(by: .seconds(30))
                try await untilTrue { bad.rounds == 2 && good.rounds == 2 && pace.waiting == 2 }
                #expect(frame.problems.map(\.name) == ["bad"])
                #expect(frame.problems.first?.reason == .backgroundFailing && frame.problems.first?.since != nil)

                bad.setBroken(false)
                pace.advance(by: .seconds(60))
                try await untilTrue { bad.rounds == 3 && frame.problems.isEmpty }
                running.cancel()
                await running.value
                #expect(frame.problems.isEmpty)
            }, hasUpkeep: false)
    }

    @Test func changesWakeAndManyAreOne() async throws {
        try await with(
            { house, pace, _ in
                let work = Work()
                let running = Task {
                    await house.manager.background.run([
                        Reconciler(name: "work", period: nil, wakes: [.frozenLayers], shortestPause: .seconds(1)) {
                            try work.round()
                        }
                    ])
                }
                try await untilTrue { work.rounds == 1 }
                pace.advance(by: .seconds(3_600))
                for _ in 0..<10 { try await house.store.write { $0.note(.frozenLayers) } }
                try await untilTrue { pace.waiting == 1 }
                #expect(work.rounds == 1, "it rests first")
                pace.advance(by: .seconds(1))
                try await untilTrue { work.rounds == 2 }
                running.cancel()
                await running.value
                #expect(work.rounds == 2)
            }, hasUpkeep: false)
    }

    /// What the end cuts off has not failed.
    @Test func theEndIsNoFailure() async throws {
        try await with(
            { house, _, _ in
                let begun = Work()
                let frame = house.manager.background
                let running = Task {
                    await frame.run([
                        Reconciler(name: "long", period: .zero) {
                            try begun.round()
                            try await Task.sleep(for: .seconds(3_600))
                        }
                    ])
                }
                try await untilTrue { begun.rounds == 1 }
                running.cancel()
                await running.value
                #expect(frame.problems.isEmpty && begun.rounds == 1)
            }, hasUpkeep: false)
    }

    @Test func housekeepingComesEveryMinute() async throws {
        try await with(
            { house, pace, engine in
                // All but the recording of layers, which waits for changes, and rests after them.
                let resting = house.manager.reconcilers.count { $0.period != nil }
                try await untilTrue { pace.waiting >= resting }
                let age = try await house.store.read { try $0.age() }
                let dead = LayerRecord(
                    id: LayerID(stored: "lay-dead1"), parentID: nil, size: .mebibyte, depth: 0, state: .frozen)
                try await house.store.write { try $0.insert(dead) }
                pace.advance(by: .seconds(59))
                try await untilTrue { pace.waiting >= resting }
                #expect(try await house.store.read { try $0.layers() }.map(\.id) == [dead.id])
                #expect(try await house.store.read { try $0.age() } == age)

                pace.advance(by: .seconds(1))
                try await untilTrue { try await house.store.read { try $0.layers() }.isEmpty }
                try await untilTrue { try await house.store.read { try $0.age() } == age + 60_000 }
            }, hasUpkeep: true)
    }

    @Test func statusTellsOfHousekeepingThatFails() async throws {
        try await with(
            { house, pace, _ in
                let call = Call(principal: "admin", source: "test")
                try await house.store.write { try $0.execute("DELETE FROM store_age", []) }
                try await untilTrue {
                    pace.advance(by: .seconds(60))
                    return try await house.manager.status(call).problems.map(\.reason) == [.backgroundFailing]
                }
                let problem = try await house.manager.status(call).problems[0]
                #expect(problem.severity == .warning && problem.name == "forgetting of old events and requests")
                try await house.store.write {
                    try $0.execute("INSERT INTO store_age (id, milliseconds) VALUES (1, 0)", [])
                }
                try await untilTrue {
                    pace.advance(by: .seconds(60))
                    return try await house.manager.status(call).problems.isEmpty
                }
            }, hasUpkeep: true)
    }
}
