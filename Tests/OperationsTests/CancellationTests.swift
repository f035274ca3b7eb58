import Model
import Operations
import Store
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CancellationTests {
    /// A step that makes its effect and then works until it is cancelled.
    private func endless(_ name: String, _ bench: Bench) -> StepDefinition {
        var step = bench.step(name)
        let run = step.run
        step.run = { context in
            try await run(context)
            try await Task.sleep(for: .seconds(3600))
        }
        return step
    }

    @Test(arguments: ["a", "b", "c"]) func aStepUnderWayIsStoppedAndAllIsUndone(_ name: String) async throws {
        let bench = try await Bench()
        let id = try await bench.accept()
        let runner = bench.runner(["a", "b", "c"].map { $0 == name ? endless($0, bench) : bench.step($0) })
        runner.start(id)
        try await eventually("step \(name) runs") { bench.world.log.contains("run \(name)") }
        #expect(try await runner.cancel(id, by: Bench.author).cancelRequested)
        await runner.waitUntilIdle()
        let operation = try await bench.operation(id)
        #expect(operation.state == .cancelled)
        #expect(operation.problem?.reason == "CANCELLED")
        #expect(bench.world.effects == [])
        let started = ["a", "b", "c"].filter { $0 <= name }
        #expect(bench.world.log == started.map { "run \($0)" } + started.reversed().map { "undo \($0)" })
        #expect(try await bench.endings() == ["rolled back"])
        // Asking again is no error, and changes nothing.
        #expect(try await runner.cancel(id, by: Bench.author).state == .cancelled)
    }

    @Test func aStepThatTakesNoNoticeIsTheLastOne() async throws {
        let bench = try await Bench()
        let id = try await bench.accept()
        let (proceed, continuation) = AsyncStream.makeStream(of: Void.self)
        var steps = ["a", "b", "c"].map(bench.step)
        let run = steps[1].run
        steps[1].run = { context in
            try await run(context)
            await Task { for await _ in proceed {} }.value
        }
        let runner = bench.runner(steps)
        runner.start(id)
        try await eventually("step b runs") { bench.world.log.contains("run b") }
        _ = try await runner.cancel(id, by: Bench.author)
        continuation.finish()
        await runner.waitUntilIdle()
        #expect(try await bench.operation(id).state == .cancelled)
        #expect(bench.world.log == ["run a", "run b", "undo b", "undo a"])
    }

    @Test func anOperationThatWasNotTakenUpYetEndsAtOnce() async throws {
        let bench = try await Bench()
        let id = try await bench.accept()
        let runner = bench.runner()
        _ = try await runner.cancel(id, by: Bench.author)
        #expect(try await bench.finish(id, with: runner).state == .cancelled)
        #expect(bench.world.log == [])
        #expect(try await bench.endings() == ["rolled back"])
    }

    @Test func pausesBetweenTriesEnd() async throws {
        let bench = try await Bench(failures: ["a": Bench.always])
        var steps = ["a", "b", "c"].map(bench.step)
        steps[0].attempts = .backoff(attempts: 100, from: .seconds(3600), to: .seconds(3600))
        let id = try await bench.accept()
        let runner = bench.runner(steps) { $0.sleep = { try await Task.sleep(for: $0) } }
        runner.start(id)
        try await eventually("step a was tried") { bench.world.log.contains("run a") }
        _ = try await runner.cancel(id, by: Bench.author)
        await runner.waitUntilIdle()
        #expect(try await bench.operation(id).state == .cancelled)
        #expect(bench.world.log == ["run a", "undo a"])
    }

    @Test func fromThePointOfNoReturnOnItIsRefused() async throws {
        let bench = try await Bench()
        let id = try await bench.accept()
        let (proceed, continuation) = AsyncStream.makeStream(of: Void.self)
        var steps = ["a", "b", "c"].map(bench.step)
        steps[1].pointOfNoReturn = true
        let run = steps[1].run
        steps[1].run = { context in
            try await run(context)
            for await _ in proceed {}
        }
        let runner = bench.runner(steps)
        runner.start(id)
        try await eventually("step b runs") { bench.world.log.contains("run b") }
        await #expect {
            try await runner.cancel(id, by: Bench.author)
        } throws: { error in
            (error as? Refusal)?.reason == .operationNotCancellable
        }
        continuation.finish()
        await runner.waitUntilIdle()
        #expect(try await bench.operation(id).state == .succeeded)
    }

    @Test func anOperationThatIsBeingUndoneFails() async throws {
        let bench = try await Bench(failures: ["b": Bench.always])
        let id = try await bench.accept()
        let (proceed, continuation) = AsyncStream.makeStream(of: Void.self)
        var steps = ["a", "b", "c"].map(bench.step)
        let undo = steps[1].undo
        steps[1].undo = { context in
            bench.world.note("undoing b")
            for await _ in proceed {}
            #expect(!Task.isCancelled)
            try await undo?(context)
        }
        let runner = bench.runner(steps)
        runner.start(id)
        try await eventually("b is being undone") { bench.world.log.contains("undoing b") }
        #expect(try await !runner.cancel(id, by: Bench.author).cancelRequested)
        continuation.finish()
        await runner.waitUntilIdle()
        let operation = try await bench.operation(id)
        #expect(operation.state == .failed)
        #expect(operation.problem?.reason == "TEST_FAILURE")
    }

    @Test func whatHasEndedOrIsUnknownIsRefused() async throws {
        let bench = try await Bench()
        let id = try await bench.accept()
        let runner = bench.runner()
        _ = try await bench.finish(id, with: runner)
        await #expect {
            try await runner.cancel(id, by: Bench.author)
        } throws: { error in
            (error as? Refusal)?.reason == .operationNotCancellable
        }
        await #expect {
            try await runner.resume(id, by: Bench.author)
        } throws: { error in
            (error as? Refusal)?.reason == .stateForbids
        }
        await #expect {
            try await runner.cancel(OperationID(stored: "op-aaaaaaaaaaaa"), by: Bench.author)
        } throws: { error in
            (error as? Refusal)?.reason == .notFound
        }
    }
}
