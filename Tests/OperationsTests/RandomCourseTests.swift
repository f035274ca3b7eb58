import Model
import Synchronization
import Testing

@testable import Operations

/// Operations of random shape, with random failures, in processes that die at random commits.
///
/// Each case is made from its own seed, which is the case's argument: run it again by that.
struct RandomCourseTests {
    /// What a case consists of.
    private struct Course {
        let stepCount: Int
        var undoable: Set<String> = []
        var pointOfNoReturn: Int?
        var fatalCommits: [Int] = []
        var failures: [String: Int] = [:]

        init(_ generator: inout SeededGenerator) {
            stepCount = Int.random(in: 1...6, using: &generator)
            if Bool.random(using: &generator) { pointOfNoReturn = Int.random(in: 0..<stepCount, using: &generator) }
            for index in 0..<stepCount {
                let name = "step-\(index)"
                if Int.random(in: 0..<4, using: &generator) > 0 { undoable.insert(name) }
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    failures[name] = [1, 3, Bench.always].randomElement(using: &generator)
                }
                if Int.random(in: 0..<6, using: &generator) == 0 { failures["undo \(name)"] = 2 }
            }
            fatalCommits = (0..<4).map { _ in Int.random(in: 1...8, using: &generator) }
        }

        func step(_ index: Int, _ bench: Bench) -> StepDefinition {
            var step = bench.step("step-\(index)")
            if !undoable.contains(step.name) { step.undo = nil }
            step.pointOfNoReturn = index == pointOfNoReturn
            if index.isMultiple(of: 2) { step.attempts = .backoff(attempts: 2, from: .zero, to: .zero) }
            return step
        }
    }

    @Test(arguments: UInt64(1)...60) func everyOperationEndsWholeOrNotAtAll(_ seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let course = Course(&generator)
        let bench = try await Bench(failures: course.failures)
        let steps = (0..<course.stepCount).map { course.step($0, bench) }
        let id = try await bench.accept(steps.map(\.name))
        for fatalCommit in course.fatalCommits {
            let moment: CrashingStore.Moment = Bool.random(using: &generator) ? .before : .after
            let dying = CrashingStore(bench.store, fatalCommit: fatalCommit, moment: moment)
            _ = try await bench.finish(id, with: bench.runner(steps, on: dying))
        }
        var operation = try await bench.finish(id, with: bench.runner(steps))
        if operation.state == .stuck {
            bench.failures.forgive()
            let runner = bench.runner(steps)
            _ = try await runner.resume(id, by: Bench.author)
            await runner.waitUntilIdle()
            operation = try await bench.operation(id)
        }
        try await check(operation, steps, bench)
    }

    private func check(_ operation: Operation, _ steps: [StepDefinition], _ bench: Bench) async throws {
        let endings = try await bench.endings().filter { $0 != "stuck" }
        switch operation.state {
        case .succeeded:
            #expect(bench.world.effects == Set(steps.map(\.name)))
            #expect(operation.steps.allSatisfy { $0.state == .done })
            #expect(endings == ["completed"])
        case .failed:
            let kept = Set(steps.filter { $0.undo == nil }.map(\.name))
            #expect(bench.world.effects.isSubset(of: kept))
            #expect(endings == ["rolled back"])
        default:
            Issue.record("ended as \(operation.state.rawValue)")
        }
        checkPointOfNoReturn(operation, steps, bench)
    }

    /// Whatever happened: once it ran, it was never undone, and nothing else was.
    private func checkPointOfNoReturn(_ operation: Operation, _ steps: [StepDefinition], _ bench: Bench) {
        guard let final = steps.first(where: \.pointOfNoReturn), bench.world.log.contains("run \(final.name)") else {
            return
        }
        #expect(!bench.world.log.contains { $0.hasPrefix("undo") })
        #expect(operation.state == .succeeded)
    }
}

/// SplitMix64: the same numbers from the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
