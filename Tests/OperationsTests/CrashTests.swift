import Model
import Operations
import Store
import Testing

/// Processes that die at every point of an operation, and others that take it up.
struct CrashTests {
    struct Crash: Sendable, CustomTestStringConvertible {
        var commit: Int
        var moment: CrashingStore.Moment

        var testDescription: String { "\(moment.rawValue) commit \(commit)" }

        static func all(_ commitCount: Int) -> [Crash] {
            (1...commitCount).flatMap { commit in
                CrashingStore.Moment.allCases.map { Crash(commit: commit, moment: $0) }
            }
        }
    }

    /// Runs until the process dies, then takes the operation up in another.
    private func finish(
        _ id: OperationID, on bench: Bench, dyingAt crash: Crash, _ steps: [StepDefinition]? = nil
    ) async throws -> Operation {
        let dying = CrashingStore(bench.store, fatalCommit: crash.commit, moment: crash.moment)
        let first = bench.runner(steps, on: dying)
        first.start(id)
        await first.waitUntilIdle()
        #expect(dying.isDead)
        let second = bench.runner(steps)
        try await second.recover()
        await second.waitUntilIdle()
        return try await bench.operation(id)
    }

    @Test(arguments: Crash.all(4)) func anOperationThatSucceeds(_ crash: Crash) async throws {
        let bench = try await Bench()
        let operation = try await finish(try await bench.accept(), on: bench, dyingAt: crash)
        #expect(operation.state == .succeeded)
        #expect(bench.world.effects == ["a", "b", "c"])
        for name in ["a", "b", "c"] {
            #expect(bench.world.creations(name) == 1)
        }
        #expect(try await bench.endings() == ["completed"])
    }

    /// The last step fails for ever: three steps forward, three back.
    @Test(arguments: Crash.all(7)) func anOperationThatIsUndone(_ crash: Crash) async throws {
        let bench = try await Bench(failures: ["c": Bench.always])
        let operation = try await finish(try await bench.accept(), on: bench, dyingAt: crash)
        #expect(operation.state == .failed)
        #expect(operation.problem?.step == "c")
        #expect(bench.world.effects == [])
        #expect(try await bench.endings() == ["rolled back"])
    }

    /// The second step cannot be taken back, and fails once.
    @Test(arguments: Crash.all(4)) func anOperationWithAPointOfNoReturn(_ crash: Crash) async throws {
        let bench = try await Bench(failures: ["b": 1])
        var steps = ["a", "b", "c"].map(bench.step)
        steps[1].pointOfNoReturn = true
        // Written again when the step is taken up again, so it must be repeatable.
        steps[1].begins = { transaction, operation, _ in
            try transaction.execute(
                "INSERT INTO project (id, name) VALUES ('begun', 'begun op-') ON CONFLICT DO NOTHING", [])
        }
        let operation = try await finish(try await bench.accept(), on: bench, dyingAt: crash, steps)
        #expect(operation.state == .succeeded)
        #expect(!bench.world.log.contains { $0.hasPrefix("undo") })
        #expect(try await bench.endings() == ["begun", "completed"])
    }

    @Test(arguments: Crash.all(4)) func anOperationThatWasCancelled(_ crash: Crash) async throws {
        let bench = try await Bench()
        let id = try await bench.accept()
        var steps = ["a", "b", "c"].map(bench.step)
        let makesB = steps[1].run
        steps[1].run = { context in
            try await makesB(context)
            // Noted by another call, behind the runner's back.
            try await bench.store.write { transaction in
                guard var operation = try transaction.operation(id) else { return }
                operation.cancelRequested = true
                try transaction.update(&operation, by: Bench.author, at: Bench.time)
            }
        }
        let operation = try await finish(id, on: bench, dyingAt: crash, steps)
        #expect(operation.state == .cancelled)
        #expect(bench.world.effects == [])
        #expect(!bench.world.log.contains("run c"))
        #expect(try await bench.endings() == ["rolled back"])
    }

    /// A step's effect is there, the process dies before the step returns.
    @Test(arguments: ["a", "b", "c"]) func aProcessThatDiesInsideAStep(_ name: String) async throws {
        let bench = try await Bench()
        let id = try await bench.accept()
        let dying = CrashingStore(bench.store)
        let steps = ["a", "b", "c"].map { stepName in
            var step = bench.step(stepName)
            let run = step.run
            step.run = { context in
                try await run(context)
                guard stepName == name, !dying.isDead else { return }
                dying.die()
                throw StepFailure(step: name)
            }
            return step
        }
        let first = bench.runner(steps, on: dying)
        first.start(id)
        await first.waitUntilIdle()
        let second = bench.runner(steps)
        try await second.recover()
        await second.waitUntilIdle()
        #expect(try await bench.operation(id).state == .succeeded)
        #expect(bench.world.log.filter { $0 == "run \(name)" }.count == 2)
        #expect(bench.world.creations(name) == 1)
        #expect(try await bench.endings() == ["completed"])
    }
}
