import Model
import Operations
import Store
import Testing

/// Operations that nobody disturbs but their own steps.
struct CourseTests {
    @Test func everyStepRunsOnceAndTheOperationTakesOneCommitMore() async throws {
        let bench = try await Bench()
        let counted = CrashingStore(bench.store)
        let id = try await bench.accept()
        let operation = try await bench.finish(id, with: bench.runner(on: counted))
        #expect(operation.state == .succeeded)
        #expect(operation.progress == 1)
        #expect(operation.problem == nil)
        #expect(bench.world.log == ["run a", "run b", "run c"])
        #expect(counted.commitCount == 4)
        #expect(try await bench.endings() == ["completed"])
        #expect(try await bench.states(id) == [.pending, .running, .running, .running, .succeeded])
    }

    @Test func anOperationWithoutStepsOnlyEnds() async throws {
        let bench = try await Bench()
        let operation = try await bench.finish(try await bench.accept([]), with: bench.runner([]))
        #expect(operation.state == .succeeded)
        #expect(try await bench.endings() == ["completed"])
    }

    @Test(arguments: ["a", "b", "c"]) func aFailedStepUndoesAllThatStarted(_ failing: String) async throws {
        let bench = try await Bench(failures: [failing: Bench.always])
        let id = try await bench.accept()
        let operation = try await bench.finish(id, with: bench.runner())
        let started = ["a", "b", "c"].filter { $0 <= failing }
        #expect(bench.world.log == started.map { "run \($0)" } + started.reversed().map { "undo \($0)" })
        #expect(bench.world.effects == [])
        #expect(operation.state == .failed)
        #expect(operation.problem?.reason == "TEST_FAILURE")
        #expect(operation.problem?.step == failing)
        #expect(operation.steps.map(\.state) == ["a", "b", "c"].map { $0 <= failing ? .undone : .pending })
        #expect(operation.steps.first { $0.name == failing }?.message.contains("StepFailure") == true)
        #expect(try await bench.endings() == ["rolled back"])
    }

    @Test func stepsWithoutAnUndoAreSkipped() async throws {
        let bench = try await Bench(failures: ["c": Bench.always])
        var steps = ["a", "b", "c"].map(bench.step)
        steps[1].undo = nil
        steps[2].undo = nil
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner(steps))
        #expect(bench.world.log == ["run a", "run b", "run c", "undo a"])
        #expect(operation.steps.map(\.state) == [.undone, .done, .failed])
        #expect(operation.state == .failed)
    }

    @Test func aStepIsTriedAsOftenAsItsPolicySays() async throws {
        let bench = try await Bench(failures: ["b": 3])
        var steps = ["a", "b", "c"].map(bench.step)
        steps[1].attempts = .backoff(attempts: 4, from: .seconds(1), to: .seconds(3))
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner(steps))
        #expect(operation.state == .succeeded)
        #expect(bench.world.log.filter { $0 == "run b" }.count == 4)
        #expect(bench.pauses.withLock { $0 } == [.seconds(1), .seconds(2), .seconds(3)])
    }

    @Test func aStepThatExhaustsItsPolicyFails() async throws {
        let bench = try await Bench(failures: ["b": 4])
        var steps = ["a", "b", "c"].map(bench.step)
        steps[1].attempts = .backoff(attempts: 4, from: .seconds(1), to: .seconds(3))
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner(steps))
        #expect(operation.state == .failed)
        #expect(bench.world.effects == [])
    }

    @Test(arguments: ["a", "b", "c"]) func anUndoIsTriedAgain(_ step: String) async throws {
        let bench = try await Bench(failures: ["c": Bench.always, "undo \(step)": 3])
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner())
        #expect(operation.state == .failed)
        #expect(bench.world.effects == [])
        #expect(bench.pauses.withLock { $0 } == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test(arguments: ["a", "b", "c"]) func anUndoThatFailsWaitsForAnAdministrator(_ step: String) async throws {
        let bench = try await Bench(failures: ["c": Bench.always, "undo \(step)": Bench.always])
        let id = try await bench.accept()
        let runner = bench.runner()
        let stuck = try await bench.finish(id, with: runner)
        #expect(stuck.state == .stuck)
        #expect(stuck.problem?.step == "c")
        #expect(stuck.steps.first { $0.name == step }?.message.contains("undoing the step failed") == true)
        #expect(try await bench.endings() == ["stuck"])

        // It stays where it is until somebody says otherwise.
        #expect(try await bench.runner().recover() == 0)
        #expect(try await bench.finish(id, with: bench.runner()).state == .stuck)

        bench.failures.forgive()
        #expect(try await runner.resume(id, by: Bench.author).state == .running)
        await runner.waitUntilIdle()
        let ended = try await bench.operation(id)
        #expect(ended.state == .failed)
        #expect(ended.problem?.step == "c")
        #expect(bench.world.effects == [])
        #expect(try await bench.endings() == ["stuck", "rolled back"])
    }

    @Test func aFullStoreOnlyDelaysAnOperation() async throws {
        let bench = try await Bench()
        let store = CrashingStore(bench.store)
        var steps = ["a", "b", "c"].map(bench.step)
        let last = steps[2].run
        steps[2].run = { context in
            try await last(context)
            store.beFull(times: 9)
        }
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner(steps, on: store))
        #expect(operation.state == .succeeded)
        #expect(bench.world.log == ["run a", "run b", "run c"])
        #expect(try await bench.endings() == ["completed"])
        let pauses = bench.pauses.withLock { $0 }
        #expect(pauses.count == 9)
        #expect(pauses.last == .seconds(15))
    }

    @Test func anEndingThatCannotBeWrittenWaitsForAnAdministrator() async throws {
        let bench = try await Bench()
        let broken = FailureBudget(["complete": 1])
        var definition = bench.definition(["a", "b", "c"].map(bench.step))
        let complete = definition.complete
        definition.complete = {
            try complete($0, &$1, $2)
            try broken.spend("complete")
        }
        let id = try await bench.accept()
        let runner = bench.runner(definition: definition)
        let stuck = try await bench.finish(id, with: runner)
        #expect(stuck.state == .stuck)
        #expect(stuck.problem?.message.contains("complete") == true)
        #expect(try await bench.endings() == ["stuck"])

        let resumed = try await runner.resume(id, by: Bench.author)
        #expect(resumed.problem == nil)
        await runner.waitUntilIdle()
        #expect(try await bench.operation(id).state == .succeeded)
        #expect(try await bench.endings() == ["stuck", "completed"])
    }

    @Test func anOperationIsStuckEvenIfThatCannotBeShownOnItsResources() async throws {
        let bench = try await Bench()
        var definition = bench.definition(["a", "b", "c"].map(bench.step))
        definition.complete = { _, _, _ in throw StepFailure(step: "complete") }
        definition.markStuck = { _, _, _ in throw StepFailure(step: "mark") }
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner(definition: definition))
        #expect(operation.state == .stuck)
    }

    @Test(arguments: [("TEST", ["a", "x"]), ("UNKNOWN", ["a", "b", "c"])])
    func anOperationOfAnotherVersionIsStuck(_ type: String, _ steps: [String]) async throws {
        let bench = try await Bench()
        let operation = try await bench.finish(try await bench.accept(steps, type: type), with: bench.runner())
        #expect(operation.state == .stuck)
        #expect(operation.problem?.reason == "INTERNAL")
        #expect(bench.world.log == [])
    }

    @Test func manyOperationsRunSideBySide() async throws {
        let bench = try await Bench()
        let runner = bench.runner()
        var ids: [OperationID] = []
        for _ in 0..<50 {
            ids.append(try await bench.accept())
        }
        #expect(try await runner.recover() == 50)
        await runner.waitUntilIdle()
        for id in ids {
            #expect(try await bench.operation(id).state == .succeeded)
        }
        #expect(try await bench.endings().count == 50)
    }

    @Test func whatAStepBeginsWithIsWrittenBeforeItRuns() async throws {
        let bench = try await Bench()
        var steps = ["a", "b", "c"].map(bench.step)
        let run = steps[1].run
        steps[1].begins = Bench.ending("begun")
        steps[1].run = { context in
            #expect(try await bench.endings() == ["begun"])
            try await run(context)
        }
        let counted = CrashingStore(bench.store)
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner(steps, on: counted))
        #expect(operation.state == .succeeded)
        #expect(counted.commitCount == 4)
        #expect(try await bench.endings() == ["begun", "completed"])
    }

    @Test func aStepWhoseBeginningCannotBeWrittenIsNotStarted() async throws {
        let bench = try await Bench()
        var steps = ["a", "b", "c"].map(bench.step)
        steps[1].pointOfNoReturn = true
        steps[1].begins = { _, _, _ in throw StepFailure(step: "begin") }
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner(steps))
        #expect(operation.state == .stuck)
        #expect(operation.steps.map(\.state) == [.started, .pending, .pending])
        #expect(bench.world.log == ["run a"])
    }
}
