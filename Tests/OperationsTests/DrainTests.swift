import Model
import Testing

@testable import Operations

@Suite(.timeLimit(.minutes(1)))
struct DrainTests {
    @Test func theStepUnderWayIsTheLastOneUntilTheNextStart() async throws {
        let bench = try await Bench()
        let id = try await bench.accept()
        let (proceed, continuation) = AsyncStream.makeStream(of: Void.self)
        var steps = ["a", "b", "c"].map(bench.step)
        let run = steps[1].run
        steps[1].run = { context in
            try await run(context)
            for await _ in proceed {}
            #expect(!Task.isCancelled)
        }
        let first = bench.runner(steps)
        first.start(id)
        try await eventually("step b runs") { bench.world.log.contains("run b") }
        let drained = Task { await first.drain() }
        try await eventually("draining") { first.running.isDraining }
        continuation.finish()
        await drained.value
        let left = try await bench.operation(id)
        #expect(left.state == .running)
        #expect(left.steps.map(\.state) == [.done, .done, .pending])
        #expect(try await bench.endings() == [])

        let second = bench.runner()
        #expect(try await second.recover() == 1)
        await second.waitUntilIdle()
        #expect(try await bench.operation(id).state == .succeeded)
        #expect(bench.world.log == ["run a", "run b", "run c"])
    }

    @Test func anOperationWhoseLastStepEndsIsEnded() async throws {
        let bench = try await Bench()
        let id = try await bench.accept(["a"])
        let (proceed, continuation) = AsyncStream.makeStream(of: Void.self)
        var step = bench.step("a")
        let run = step.run
        step.run = { context in
            try await run(context)
            for await _ in proceed {}
        }
        let runner = bench.runner([step])
        runner.start(id)
        try await eventually("step a runs") { bench.world.log.contains("run a") }
        let drained = Task { await runner.drain() }
        try await eventually("draining") { runner.running.isDraining }
        continuation.finish()
        await drained.value
        #expect(try await bench.operation(id).state == .succeeded)
    }

    @Test(arguments: ["a", "undo a"]) func pausesEnd(_ failing: String) async throws {
        let bench = try await Bench(
            failures: failing == "a" ? ["a": Bench.always] : ["a": Bench.always, failing: Bench.always])
        let id = try await bench.accept()
        var steps = ["a", "b", "c"].map(bench.step)
        if failing == "a" { steps[0].attempts = .backoff(attempts: 100, from: .seconds(3600), to: .seconds(3600)) }
        let undo = steps[0].undo
        steps[0].undo = { context in
            bench.world.note("undoing a")
            try await undo?(context)
        }
        let awaited = failing == "a" ? "run a" : "undoing a"
        let runner = bench.runner(steps) { configuration in
            configuration.undoAttempts = .backoff(attempts: 100, from: .seconds(3600), to: .seconds(3600))
            configuration.sleep = { try await Task.sleep(for: $0) }
        }
        runner.start(id)
        try await eventually(awaited) { bench.world.log.contains(awaited) }
        await runner.drain()
        let left = try await bench.operation(id)
        #expect(left.state == .running)
        #expect(left.steps[0].state == (failing == "a" ? .started : .failed))

        bench.failures.forgive()
        let second = bench.runner()
        try await second.recover()
        await second.waitUntilIdle()
        #expect(try await bench.operation(id).state == (failing == "a" ? .succeeded : .failed))
    }

    @Test func nothingIsTakenUpAnyMore() async throws {
        let bench = try await Bench()
        let id = try await bench.accept()
        let runner = bench.runner()
        await runner.drain()
        runner.start(id)
        await runner.waitUntilIdle()
        #expect(try await bench.operation(id).state == .pending)
    }
}
