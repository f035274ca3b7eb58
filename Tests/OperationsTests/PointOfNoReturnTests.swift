import Model
import Operations
import Testing

struct PointOfNoReturnTests {
    private func steps(_ bench: Bench) -> [StepDefinition] {
        var steps = ["a", "b", "c"].map(bench.step)
        steps[1].pointOfNoReturn = true
        return steps
    }

    @Test func aFailureBeforeItIsUndone() async throws {
        let bench = try await Bench(failures: ["a": Bench.always])
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner(steps(bench)))
        #expect(operation.state == .failed)
        #expect(bench.world.effects == [])
    }

    @Test(arguments: ["b", "c"]) func aFailureFromItOnIsTriedAgain(_ failing: String) async throws {
        let bench = try await Bench(failures: [failing: 11])
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner(steps(bench)))
        #expect(operation.state == .succeeded)
        #expect(bench.world.log.filter { $0 == "run \(failing)" }.count == 12)
        #expect(bench.pauses.withLock { $0.last } == .seconds(60))
    }

    @Test(arguments: ["b", "c"]) func aLastingFailureFromItOnWaitsForAnAdministrator(_ failing: String) async throws {
        let bench = try await Bench(failures: [failing: Bench.always])
        let id = try await bench.accept()
        let runner = bench.runner(steps(bench))
        let stuck = try await bench.finish(id, with: runner)
        #expect(stuck.state == .stuck)
        #expect(stuck.problem?.step == failing)
        #expect(stuck.steps.first { $0.name == failing }?.state == .failed)
        #expect(!bench.world.log.contains { $0.hasPrefix("undo") })
        #expect(try await bench.endings() == ["stuck"])

        bench.failures.forgive()
        _ = try await runner.resume(id, by: Bench.author)
        await runner.waitUntilIdle()
        let operation = try await bench.operation(id)
        #expect(operation.state == .succeeded)
        #expect(operation.problem == nil)
        #expect(bench.world.effects == ["a", "b", "c"])
        #expect(try await bench.endings() == ["stuck", "completed"])
    }
}

/// A step at the point of no return may say that it certainly changed nothing.
struct StepRefusalTests {
    private func refusing(_ bench: Bench, _ name: String) -> StepDefinition {
        var step = bench.step(name)
        step.pointOfNoReturn = true
        step.attempts = .backoff(attempts: 3, from: .seconds(1), to: .seconds(1))
        step.run = { _ in
            bench.world.note("run \(name)")
            throw StepRefusal(StepFailure(step: name))
        }
        return step
    }

    @Test func aRefusalAtTheFirstPointOfNoReturnIsUndone() async throws {
        let bench = try await Bench()
        let steps = [bench.step("a"), refusing(bench, "b"), bench.step("c")]
        let operation = try await bench.finish(try await bench.accept(), with: bench.runner(steps))
        #expect(operation.state == .failed)
        #expect(operation.problem?.step == "b" && operation.problem?.attempts == 3)
        #expect(operation.steps.map(\.state) == [.undone, .undone, .pending])
        #expect(bench.world.log == ["run a", "run b", "run b", "run b", "undo a"])
    }

    @Test func aRefusalBehindAnotherPointOfNoReturnIsStuck() async throws {
        let bench = try await Bench()
        var first = bench.step("a")
        first.pointOfNoReturn = true
        let operation = try await bench.finish(
            try await bench.accept(), with: bench.runner([first, refusing(bench, "b"), bench.step("c")]))
        #expect(operation.state == .stuck)
        #expect(operation.steps.map(\.state) == [.done, .failed, .pending])
        #expect(bench.world.effects == ["a"])
    }

    /// What a step's ending writes is there as soon as the step is done, once, although a later step fails.
    @Test func aStepsEndingIsVisibleAtOnce() async throws {
        let bench = try await Bench(failures: ["b": Bench.always])
        var steps = ["a", "b", "c"].map(bench.step)
        steps[0].pointOfNoReturn = true
        steps[0].ends = Bench.ending("ended a")
        steps[1].ends = Bench.ending("ended b")
        let stuck = try await bench.finish(try await bench.accept(), with: bench.runner(steps))
        #expect(stuck.state == .stuck)
        #expect(try await bench.endings() == ["ended a", "stuck"])
    }

    /// From the point of no return on a step's own policy counts, where it has one.
    @Test func aStepsOwnPolicyEndsItsTries() async throws {
        let bench = try await Bench(failures: ["b": Bench.always])
        var steps = ["a", "b", "c"].map(bench.step)
        steps[1].pointOfNoReturn = true
        steps[1].attempts = .backoff(attempts: 5, from: .seconds(1), to: .seconds(60))
        let stuck = try await bench.finish(try await bench.accept(), with: bench.runner(steps))
        #expect(stuck.problem?.attempts == 5)
        #expect(bench.pauses.withLock { $0 } == [.seconds(1), .seconds(2), .seconds(4), .seconds(8)])
    }
}
