internal import Model

/// Decides an operation's course from its persisted record alone, so that a restart changes nothing.
///
/// A plan is used inside one transaction: it takes in what just happened, says what comes next, and notes that as
/// begun.
///
///     pending → running → succeeded            every step done
///                       → failed, cancelled    a step failed or a caller asked: undone backwards
///                       → stuck                an undo, or something past the point of no return, failed
struct OperationPlan {
    /// What of a step's definition decides.
    struct StepTraits: Hashable, Sendable {
        var hasUndo: Bool
        var isPointOfNoReturn: Bool
    }

    /// What just happened.
    enum Outcome: Hashable, Sendable {
        /// The operation was accepted, or a process took it up again.
        case takenUp
        case done(step: Int)
        case failed(step: Int, Operation.Problem)
        /// It failed, and certainly changed nothing.
        case refused(step: Int, Operation.Problem)
        case undone(step: Int)
        case undoFailed(step: Int, Operation.Problem)
        /// The operation cannot go on for a reason that no step is to blame for.
        case impossible(Operation.Problem)
    }

    /// What comes next.
    enum Action: Hashable, Sendable {
        /// - mustSucceed: past the point of no return.
        case run(step: Int, mustSucceed: Bool)
        case undo(step: Int)
        /// Ends it as succeeded.
        case complete
        /// Ends it as failed or cancelled.
        case rollBack
        /// Somebody else's turn: it has ended or waits for an administrator.
        case rest
    }

    private(set) var operation: Operation
    /// One for each of the operation's steps.
    let traits: [StepTraits]

    init(_ operation: Operation, traits: [StepTraits]) {
        self.operation = operation
        self.traits = traits
    }

    var next: Action {
        if operation.state.isFinal || operation.state == .stuck { return .rest }
        if !isPastPointOfNoReturn && operation.isTurnedBack {
            return stepToUndo.map { .undo(step: $0) } ?? .rollBack
        }
        guard let step = operation.steps.firstNotDone else { return .complete }
        return .run(step: step, mustSucceed: isPastPointOfNoReturn || traits[step].isPointOfNoReturn)
    }

    /// Takes in what happened.
    mutating func note(_ outcome: Outcome, at now: Timestamp) {
        switch outcome {
        case .takenUp: break
        case .done(let step): set(step, .done)
        case .undone(let step): set(step, .undone, causeAt(step))
        case .failed(let step, let problem):
            set(step, .failed, problem.message)
            operation.problem = problem
            if isPastPointOfNoReturn { enter(.stuck, at: now) }
        case .refused(let step, let problem):
            set(step, .undone, problem.message)
            operation.problem = problem
            // Behind an earlier point of no return there is no way back.
            if isPastPointOfNoReturn {
                set(step, .failed, problem.message)
                enter(.stuck, at: now)
            }
        case .undoFailed(let step, let problem):
            // The operation's problem stays the one that it is undone for.
            set(step, operation.steps[step].state, problem.message)
            enter(.stuck, at: now)
        case .impossible(let problem):
            operation.problem = problem
            enter(.stuck, at: now)
        }
        noteCancellation()
    }

    /// Notes that what comes next has begun, or that the operation has ended.
    mutating func begin(_ action: Action, at now: Timestamp) {
        switch action {
        case .run(let step, _):
            set(step, .started)
            enter(.running, at: now)
        case .undo: enter(.running, at: now)
        case .complete:
            operation.problem = nil
            enter(.succeeded, at: now)
        case .rollBack: enter(operation.cancelRequested ? .cancelled : .failed, at: now)
        case .rest: break
        }
    }

    var isPastPointOfNoReturn: Bool {
        zip(operation.steps, traits).contains { $1.isPointOfNoReturn && $0.state.hasBegun }
    }

    private var stepToUndo: Int? {
        operation.steps.indices.last { operation.steps[$0].state.hasBegun && traits[$0].hasUndo }
    }

    /// Whoever asked for the cancellation finds that, not the error that it made.
    private mutating func noteCancellation() {
        guard operation.cancelRequested, !isPastPointOfNoReturn, operation.state != .stuck,
            operation.problem?.reason != OperationProblem.cancelledReason
        else { return }
        let step = operation.steps.last { $0.state.hasBegun }?.name ?? ""
        operation.problem = OperationProblem.cancelled(step: step)
    }

    private func causeAt(_ step: Int) -> String {
        guard let problem = operation.problem, problem.step == operation.steps[step].name else { return "" }
        return problem.message
    }

    private mutating func set(_ step: Int, _ state: Operation.Step.State, _ message: String = "") {
        operation.steps[step].state = state
        operation.steps[step].message = message
    }

    private mutating func enter(_ state: Operation.State, at now: Timestamp) {
        guard operation.state != state else { return }
        operation.state = state
        operation.stateSince = now
    }
}

extension Operation.Step.State {
    /// It may have had an effect that was not undone.
    var hasBegun: Bool { self == .started || self == .done || self == .failed }
}

extension Operation {
    /// Whether it goes backwards, unless it is past its point of no return.
    var isTurnedBack: Bool {
        cancelRequested || steps.count(.failed) > 0 || steps.count(.undone) > 0
    }
}

extension OperationDefinition {
    var traits: [OperationPlan.StepTraits] {
        steps.map { OperationPlan.StepTraits(hasUndo: $0.undo != nil, isPointOfNoReturn: $0.pointOfNoReturn) }
    }
}
