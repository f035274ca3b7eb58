import Model
import Testing

@testable import Operations

/// What a process does next with an operation that it finds, for every form that one can have.
struct PlanTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// One letter a step: `p`ending, `s`tarted, `d`one, `f`ailed, `u`ndone.
        var steps: String
        var state = Operation.State.running
        var cancel = false
        var next: OperationPlan.Action

        var testDescription: String { "\(steps) \(state.rawValue)\(cancel ? " cancelled" : "")" }
    }

    /// Three steps, all of which can be undone.
    static let undoable: [Row] = [
        Row(steps: "ppp", state: .pending, next: .run(step: 0, mustSucceed: false)),
        Row(steps: "spp", next: .run(step: 0, mustSucceed: false)),
        Row(steps: "dpp", next: .run(step: 1, mustSucceed: false)),
        Row(steps: "dsp", next: .run(step: 1, mustSucceed: false)),
        Row(steps: "dds", next: .run(step: 2, mustSucceed: false)),
        Row(steps: "ddd", next: .complete),
        Row(steps: "fpp", next: .undo(step: 0)),
        Row(steps: "ddf", next: .undo(step: 2)),
        Row(steps: "ddu", next: .undo(step: 1)),
        Row(steps: "duu", next: .undo(step: 0)),
        Row(steps: "uuu", next: .rollBack),
        Row(steps: "upp", next: .rollBack),
        Row(steps: "ppp", state: .pending, cancel: true, next: .rollBack),
        Row(steps: "spp", cancel: true, next: .undo(step: 0)),
        Row(steps: "dsp", cancel: true, next: .undo(step: 1)),
        Row(steps: "ddd", cancel: true, next: .undo(step: 2)),
        Row(steps: "duu", cancel: true, next: .undo(step: 0)),
        Row(steps: "ddd", state: .succeeded, next: .rest),
        Row(steps: "uuf", state: .failed, next: .rest),
        Row(steps: "uuu", state: .cancelled, cancel: true, next: .rest),
        Row(steps: "ddf", state: .stuck, next: .rest),
    ]

    @Test(arguments: undoable) func stepsThatCanBeUndone(_ row: Row) {
        let traits = row.steps.map { _ in OperationPlan.StepTraits(hasUndo: true, isPointOfNoReturn: false) }
        #expect(OperationPlan(operation(row), traits: traits).next == row.next)
    }

    /// Four steps: only the first and the third have an undo.
    static let partlyUndoable: [Row] = [
        Row(steps: "dddf", next: .undo(step: 2)),
        Row(steps: "dduf", next: .undo(step: 0)),
        Row(steps: "uduf", next: .rollBack),
        Row(steps: "dfpp", next: .undo(step: 0)),
        Row(steps: "sppp", cancel: true, next: .undo(step: 0)),
        Row(steps: "udsp", cancel: true, next: .undo(step: 2)),
    ]

    @Test(arguments: partlyUndoable) func stepsWithoutAnUndoAreSkipped(_ row: Row) {
        let traits = [true, false, true, false].map { OperationPlan.StepTraits(hasUndo: $0, isPointOfNoReturn: false) }
        #expect(OperationPlan(operation(row), traits: traits).next == row.next)
    }

    /// Three steps, the second of which cannot be taken back.
    static let withPointOfNoReturn: [Row] = [
        Row(steps: "ppp", state: .pending, next: .run(step: 0, mustSucceed: false)),
        Row(steps: "fpp", next: .undo(step: 0)),
        Row(steps: "dpp", next: .run(step: 1, mustSucceed: true)),
        Row(steps: "dpp", cancel: true, next: .undo(step: 0)),
        Row(steps: "dsp", next: .run(step: 1, mustSucceed: true)),
        Row(steps: "dsp", cancel: true, next: .run(step: 1, mustSucceed: true)),
        Row(steps: "dfp", next: .run(step: 1, mustSucceed: true)),
        Row(steps: "ddp", next: .run(step: 2, mustSucceed: true)),
        Row(steps: "ddf", next: .run(step: 2, mustSucceed: true)),
        Row(steps: "ddd", next: .complete),
        Row(steps: "dfp", state: .stuck, next: .rest),
    ]

    @Test(arguments: withPointOfNoReturn) func nothingIsUndoneFromThePointOfNoReturnOn(_ row: Row) {
        let traits = [false, true, false].map { OperationPlan.StepTraits(hasUndo: true, isPointOfNoReturn: $0) }
        #expect(OperationPlan(operation(row), traits: traits).next == row.next)
    }

    @Test func anOperationWithoutStepsIsComplete() {
        #expect(OperationPlan(operation(Row(steps: "", next: .complete)), traits: []).next == .complete)
    }

    private func operation(_ row: Row) -> Operation {
        let states: [Character: Operation.Step.State] = [
            "p": .pending, "s": .started, "d": .done, "f": .failed, "u": .undone,
        ]
        var operation = Operation(
            id: OperationID(stored: "op-aaaaaaaaaaaa"), projectID: ProjectID(stored: "prj-aaaaaaaaaaaa"), type: "TEST",
            steps: row.steps.enumerated().map {
                Operation.Step(name: "\($0.offset)", state: states[$0.element] ?? .pending)
            },
            targetIDs: [], requestID: "", principal: "", input: "", warnings: [],
            at: Timestamp(millisecondsSinceEpoch: 0))
        operation.state = row.state
        operation.cancelRequested = row.cancel
        return operation
    }
}
