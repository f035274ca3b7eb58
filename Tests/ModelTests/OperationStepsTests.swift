import Foundation
import Model
import Testing

@Suite struct OperationStepsTests {
    /// What is counted as steps change is what a look at all of them would find.
    @Test func whatIsCountedIsWhatIsThere() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = RandomSequence(seed: seed)
        var steps = OperationSteps((0..<20).map { Operation.Step(name: "\($0)") })
        for _ in 0..<500 {
            let position = Int.random(in: 0..<20, using: &generator)
            steps[position].state = try #require(Operation.Step.State.allCases.randomElement(using: &generator))
            steps[position].message = Bool.random(using: &generator) ? "m" : ""
            for state in Operation.Step.State.allCases {
                #expect(steps.count(state) == steps.filter { $0.state == state }.count, "seed \(seed)")
            }
            #expect(steps.firstNotDone == steps.firstIndex { $0.state != .done }, "seed \(seed)")
            let changed = steps.changed
            steps.noteWritten()
            #expect(changed.contains(position) && steps.changed.isEmpty)
        }
        let again = try JSONDecoder().decode(OperationSteps.self, from: JSONEncoder().encode(steps))
        #expect(again == steps && again.isWhole)
    }
}

/// Random numbers that a printed seed repeats.
struct RandomSequence: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
    }
}
