public import Model
internal import Store

extension ResourceManager {
    /// Times that a plan is made anew because something of it changed before it was accepted.
    private static var largestLookCount: Int { 5 }
    /// After this long a look shows whether the server is about to end.
    private static var longestPause: Duration { .milliseconds(200) }

    /// Every step that deleting a resource takes, in order, with what it loses and frees. Changes nothing.
    ///
    /// - Parameter reference: an id of any kind, or a name that is unique in the project.
    /// - Throws: `VOLUME_HAS_SNAPSHOTS` for what takes more than `DeletionPlan.largestStepCount` steps.
    public func planDeletion(_ reference: String, _ scope: DeletionScope, _ call: Call) async throws -> DeletionPlan {
        let outlook = try await outlook(on: reference, scope, call)
        var plan = outlook.plan
        let layers = plan.freedLayers(in: outlook.graph, outlook.tree)
        plan.measure(layers, try await engine.usage(of: layers.values.flatMap { $0 }))
        return plan
    }

    /// Makes the plan again and runs all its steps as one operation.
    ///
    /// - Parameter isExpected: whether this is the plan that the caller saw.
    /// - Throws: `PLAN_STALE`, or what none of the steps clears.
    public func executePlan(
        _ reference: String, _ scope: DeletionScope, _ mutation: Mutation,
        isExpected: @escaping @Sendable (DeletionPlan) -> Bool
    ) async throws -> MutationAnswer<NoTarget> {
        for _ in 0..<Self.largestLookCount {
            let prepared = try await prepared(reference, scope, mutation, isExpected)
            do {
                let answer = try await accept(prepared, mutation)
                return try await whenHeld(answer, mutation.call)
            } catch is OutlookPassed {
                continue
            }
        }
        var busy = Refusal(.resourceBusy, "what the plan is about changes all the time; nothing was done")
        busy.retryAfterMilliseconds = 1_000
        throw busy
    }

    /// All that takes time is done before the transaction. What refuses the plan is told in it: a repeated request has
    /// its answer, whatever became of what it was about.
    private func prepared(
        _ reference: String, _ scope: DeletionScope, _ mutation: Mutation, _ isExpected: (DeletionPlan) -> Bool
    ) async throws -> Result<AcceptablePlan, Refusal> {
        do {
            var outlook = try await outlook(on: reference, scope, mutation.call)
            guard isExpected(outlook.plan) else { throw Refusal.planStale(outlook.plan.target.id) }
            let name = outlook.graph.name(of: outlook.plan.target)
            if let refusal = outlook.plan.refusalOfExecution(name: name) { throw refusal }
            // What has changed while it was made is looked at here, so that the writer has little left to look at.
            let (graph, revision) = (outlook.graph, outlook.revision)
            outlook.revision =
                try await readSystem(mutation.call) { [kinds] transaction in
                    try transaction.confirmed(graph, since: revision, of: kinds.stored, limit: .max)
                } ?? revision
            return .success(try AcceptablePlan(outlook, scope, method: mutation.method, catalog))
        } catch let refusal as Refusal {
            return .failure(refusal)
        }
    }

    private func accept(
        _ prepared: Result<AcceptablePlan, Refusal>, _ mutation: Mutation
    ) async throws -> MutationAnswer<NoTarget> {
        try await mutate(mutation, for: .freeing, reload: { _, _ in NoTarget() }) { transaction, context in
            let plan = try prepared.get()
            try transaction.requireStill(plan.outlook, of: context.kinds.stored)
            let operation = try transaction.accept(plan, &context)
            return Change(targetID: plan.outlook.plan.target.id, target: NoTarget(), operation: operation)
        }
    }

    private func operation(_ id: OperationID, _ depth: OperationDepth, _ call: Call) async throws -> Operation? {
        try await readSystem(call) { try $0.operation(id, depth) }
    }

    /// Waits until an operation that makes its snapshots busy in turns has them all, or has given up, or the call's
    /// time is nearly over: it is accepted all the same then.
    ///
    /// - Throws: `PLAN_STALE` if something changed before its turn came; nothing was done then.
    private func whenHeld(
        _ answer: MutationAnswer<NoTarget>, _ call: Call
    ) async throws -> MutationAnswer<NoTarget> {
        guard let id = answer.operation?.id, answer.operation?.steps.first?.name == SnapshotHold.stepName else {
            return answer
        }
        while true {
            let changes = store.changes(of: [.resource(id.rawValue)])
            guard let operation = try await operation(id, .alone, call) else { return answer }
            if operation.state == .failed, operation.problem?.reason == Reason.planStale.rawValue {
                throw Refusal.planStale(operation.targetIDs.first ?? "")
            }
            let isRunning = operation.state == .pending || operation.state == .running
            // One that is left for the next start is accepted all the same.
            let isOver = call.deadline.map { ContinuousClock.now + Self.answerMargin >= $0 } ?? false
            guard isRunning, operation.steps.count(.done) == 0, !isOver, !runner.isDraining else { break }
            try Task.checkCancellation()
            await nextElement(of: changes, within: Self.longestPause)
        }
        var held = answer
        held.operation = try await operation(id, .whole, call)
        return held
    }
}

extension Refusal {
    static func planStale(_ target: String) -> Refusal {
        var refusal = Refusal(
            .planStale, "something that the plan is about has changed since it was made; nothing was done")
        refusal.remedies = [.plan(target)]
        return refusal
    }
}
