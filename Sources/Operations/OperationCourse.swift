internal import Logging
internal import Model
internal import Store

/// One operation's way through its steps, in one task, until it has ended, is stuck, or the runner drains.
struct OperationCourse {
    let id: OperationID
    let runner: OperationRunner

    /// Why a task leaves an operation as it is. It goes on after the next start.
    enum Abandonment: Error {
        case drained
        case rowMissing
        case storeUnusable(String)
    }

    private static let markNothing: OperationDefinition.Ending = { _, _, _ in }

    func run() async {
        do {
            try await follow()
        } catch Abandonment.drained {
            runner.logger.info("an operation is left for the next start", metadata: ["operation": "\(id)"])
        } catch {
            runner.logger.error(
                "an operation cannot go on in this process",
                metadata: ["operation": "\(id)", "reason": "\(error)"])
        }
    }

    private func follow() async throws {
        guard let operation = try await runner.store.read({ [id] in try $0.operation(id) }) else {
            throw Abandonment.rowMissing
        }
        let definition: OperationDefinition
        do {
            definition = try runner.definition(of: operation)
        } catch {
            runner.logger.error(
                "an operation cannot be followed", metadata: ["operation": "\(id)", "error": "\(error)"])
            return try await stop(OperationProblem.unknownDefinition(error), markStuck: Self.markNothing)
        }
        do {
            try await follow(operation, definition)
        } catch let error as Abandonment {
            throw error
        } catch {
            // An ending that cannot be written: a defect, which trying again would not mend.
            runner.logger.error(
                "an operation's change cannot be written", metadata: ["operation": "\(id)", "error": "\(error)"])
            try await stop(runner.explain(error, ""), markStuck: definition.markStuck)
        }
    }

    private func follow(_ operation: Operation, _ definition: OperationDefinition) async throws {
        let (execution, traits) = (StepExecution(id: id, runner: runner), definition.traits)
        var operation = operation
        var outcome = OperationPlan.Outcome.takenUp
        while true {
            let action: OperationPlan.Action
            (action, operation) = try await advance(
                after: outcome, OperationPlan(operation, traits: traits), definition)
            switch action {
            case .run(let step, let mustSucceed):
                outcome = try await execution.run(definition.steps[step], step, of: operation, mustSucceed: mustSucceed)
            case .undo(let step):
                outcome = try await execution.undo(definition.steps[step], step, of: operation)
            case .complete, .rollBack, .rest:
                log(operation)
                return
            }
        }
    }

    /// Writes what happened and what comes next, as one transaction.
    ///
    /// - Parameter before: as it was written last. Nobody else changes its steps while it has a course; whatever else
    ///   is on record is read again.
    private func advance(
        after outcome: OperationPlan.Outcome, _ before: OperationPlan, _ definition: OperationDefinition
    ) async throws -> (OperationPlan.Action, Operation) {
        let (step, operation) = try await write { transaction, now, isDraining in
            var plan = OperationPlan(try current(before.operation, in: transaction), traits: before.traits)
            guard plan.next != .rest else { return (OperationPlan.Action?.some(.rest), plan.operation) }
            try end(outcome, &plan, definition, transaction, now)
            let action = plan.next
            let isPaused = isDraining && action.isStep
            var operation = try isPaused ? plan.operation : begin(action, &plan, definition, transaction, now)
            try transaction.update(&operation, by: .operation(operation), at: now)
            return (isPaused ? nil : action, operation)
        }
        guard let step else { throw Abandonment.drained }
        return (step, operation)
    }

    /// Notes what happened, and does what belongs into the same transaction.
    private func end(
        _ outcome: OperationPlan.Outcome, _ plan: inout OperationPlan, _ definition: OperationDefinition,
        _ transaction: any WriteTransaction, _ now: Timestamp
    ) throws {
        plan.note(outcome, at: now)
        guard case .done(let step) = outcome, let ends = definition.steps[step].ends else { return }
        var operation = plan.operation
        try ends(transaction, &operation, now)
        plan = OperationPlan(operation, traits: plan.traits)
    }

    /// Notes that the action begins, and does what belongs into the same transaction.
    private func begin(
        _ action: OperationPlan.Action, _ plan: inout OperationPlan, _ definition: OperationDefinition,
        _ transaction: any WriteTransaction, _ now: Timestamp
    ) throws -> Operation {
        plan.begin(action, at: now)
        var operation = plan.operation
        switch action {
        case .complete: try definition.complete(transaction, &operation, now)
        case .rollBack: try definition.rollback(transaction, &operation, now)
        case .rest: try definition.markStuck(transaction, &operation, now)
        case .run(let step, _): try definition.steps[step].begins?(transaction, &operation, now)
        case .undo: break
        }
        return operation
    }

    /// Leaves the operation to an administrator.
    private func stop(_ problem: Operation.Problem, markStuck: @escaping OperationDefinition.Ending) async throws {
        do {
            try await writeStuck(problem, markStuck: markStuck)
        } catch let error as Abandonment {
            throw error
        } catch {
            runner.logger.error(
                "a stuck operation's resources could not be marked",
                metadata: ["operation": "\(id)", "reason": "\(error)"])
            try await writeStuck(problem, markStuck: Self.markNothing)
        }
    }

    private func writeStuck(
        _ problem: Operation.Problem, markStuck: @escaping OperationDefinition.Ending
    ) async throws {
        let stuck = try await write { transaction, now, _ in
            guard let operation = try transaction.operation(id) else { throw Abandonment.rowMissing }
            // The steps do not matter: nothing comes after STUCK.
            let unknown = OperationPlan.StepTraits(hasUndo: false, isPointOfNoReturn: false)
            var plan = OperationPlan(operation, traits: operation.steps.map { _ in unknown })
            plan.note(.impossible(problem), at: now)
            var stuck = plan.operation
            try markStuck(transaction, &stuck, now)
            try transaction.update(&stuck, by: .operation(stuck), at: now)
            return stuck
        }
        log(stuck)
    }

    /// The operation as it is on record; its steps and its input, which may be large, are those that are known.
    private func current(_ known: Operation, in transaction: any WriteTransaction) throws -> Operation {
        guard var operation = try transaction.operation(id, .alone) else { throw Abandonment.rowMissing }
        operation.steps = known.steps
        operation.input = known.input
        return operation
    }

    /// Writes, and waits for room as long as there is none. What was accepted is brought to its end on the room that is
    /// kept for what frees room: it holds resources that must be let go before they can be deleted.
    private func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction, Timestamp, Bool) throws -> Result
    ) async throws -> Result {
        var attempt = 1
        while true {
            let (now, isDraining) = (runner.now(), runner.running.isDraining)
            do {
                return try await runner.store.write(for: .freeing) { try body($0, now, isDraining) }
            } catch StoreError.storageFull {
                runner.logger.warning("an operation waits for room in the store", metadata: ["operation": "\(id)"])
                try await pauseForRoom(after: attempt)
                attempt += 1
            } catch StoreError.unusable(let reason) {
                throw Abandonment.storeUnusable(reason)
            }
        }
    }

    private func pauseForRoom(after attempt: Int) async throws {
        let pauses = runner.configuration.storageFullPauses
        guard !runner.running.isDraining, let pause = pauses.pause(after: attempt) else { throw Abandonment.drained }
        let sleep = runner.configuration.sleep
        try? await runner.running.perform(id, endsOnCancel: false, endsOnDrain: true) { try await sleep(pause) }
    }

    private func log(_ operation: Operation) {
        var metadata = Logger.Metadata.operation(operation)
        metadata["state"] = "\(operation.state.rawValue)"
        metadata["target"] = operation.targetIDs.first.map { "\($0)" }
        metadata["principal"] = "\(operation.principal)"
        metadata["request"] = "\(operation.requestID)"
        let took = operation.stateSince.millisecondsSinceEpoch - operation.createTime.millisecondsSinceEpoch
        metadata["milliseconds"] = "\(max(0, took))"
        metadata["reason"] = operation.problem.map { "\($0.reason): \($0.message)" }
        runner.logger.log(level: operation.state == .stuck ? .error : .info, "operation", metadata: metadata)
    }
}

extension OperationPlan.Action {
    /// Work outside the store.
    fileprivate var isStep: Bool {
        switch self {
        case .run, .undo: true
        case .complete, .rollBack, .rest: false
        }
    }
}
