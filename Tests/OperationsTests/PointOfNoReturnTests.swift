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
