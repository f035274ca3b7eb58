internal import Logging
internal import Model

/// Runs or undoes one step, as often as its policy allows.
struct StepExecution {
    let id: OperationID
    let runner: OperationRunner

    private enum Direction: String {
        case run
        case undo
    }

    /// - Parameter mustSucceed: past the point of no return: tried for longer.
    /// - Throws: `OperationCourse.Abandonment.drained` between two tries.
    func run(
        _ step: StepDefinition, _ index: Int, of operation: Operation, mustSucceed: Bool
    ) async throws -> OperationPlan.Outcome {
        let forward = runner.configuration.forwardAttempts
        let policy = mustSucceed && step.attempts == .once ? forward : step.attempts
        let failure = try await attempt(
            .run, step.name, step.run, of: operation, policy, endsAtRefusal: step.attempts == .once)
        guard let failure else {
            return .done(step: index)
        }
        guard let refusal = failure.error as? StepRefusal else { return .failed(step: index, problem(failure, step)) }
        return .refused(step: index, problem(Failure(error: refusal.cause, attempts: failure.attempts), step))
    }

    /// - Throws: `OperationCourse.Abandonment.drained` between two tries.
    func undo(
        _ step: StepDefinition, _ index: Int, of operation: Operation
    ) async throws -> OperationPlan.Outcome {
        guard let body = step.undo else { return .undone(step: index) }
        let policy = runner.configuration.undoAttempts
        guard let failure = try await attempt(.undo, step.name, body, of: operation, policy) else {
            return .undone(step: index)
        }
        var problem = problem(failure, step)
        problem.message = "undoing the step failed: \(problem.message)"
        return .undoFailed(step: index, problem)
    }

    private func problem(_ failure: Failure, _ step: StepDefinition) -> Operation.Problem {
        var problem = runner.explain(failure.error, step.name)
        problem.attempts = failure.attempts
        return problem
    }

    /// The last of several tries.
    private struct Failure {
        let error: any Error
        let attempts: Int
    }

    /// - Returns: how the last try failed; nil if one succeeded.
    private func attempt(
        _ direction: Direction, _ name: String, _ body: @escaping StepDefinition.Body, of operation: Operation,
        _ policy: RetryPolicy, endsAtRefusal: Bool = false
    ) async throws -> Failure? {
        var attempt = 1
        while true {
            guard let error = await once(direction, name, body, of: operation, attempt) else { return nil }
            let failure = Failure(error: error, attempts: attempt)
            if endsAtRefusal, error is StepRefusal { return failure }
            guard !isCancelled(direction), let pause = policy.pause(after: attempt) else { return failure }
            try await wait(pause, direction)
            guard !isCancelled(direction) else { return failure }
            attempt += 1
        }
    }

    /// An undo is never cancelled.
    private func isCancelled(_ direction: Direction) -> Bool {
        direction == .run && runner.running.isCancelled(id)
    }

    private func once(
        _ direction: Direction, _ name: String, _ body: @escaping StepDefinition.Body, of operation: Operation,
        _ attempt: Int
    ) async -> (any Error)? {
        var logger = runner.logger
        for (key, value) in Logger.Metadata.operation(operation) { logger[metadataKey: key] = value }
        logger[metadataKey: "step"] = "\(name)"
        let context = StepContext(operation: operation, store: runner.store, attempt: attempt, logger: logger)
        let start = ContinuousClock.now
        do {
            try await runner.running.perform(id, endsOnCancel: direction == .run, endsOnDrain: false) {
                try await body(context)
            }
            logger.debug("\(direction.rawValue)", metadata: ["duration": "\(ContinuousClock.now - start)"])
            return nil
        } catch {
            logger.warning(
                "\(direction.rawValue) failed",
                metadata: [
                    "duration": "\(ContinuousClock.now - start)", "attempt": "\(attempt)", "reason": "\(error)",
                ])
            return error
        }
    }

    private func wait(_ pause: Duration, _ direction: Direction) async throws {
        let sleep = runner.configuration.sleep
        try? await runner.running.perform(id, endsOnCancel: direction == .run, endsOnDrain: true) {
            try await sleep(pause)
        }
        if runner.running.isDraining { throw OperationCourse.Abandonment.drained }
    }
}
