internal import Model
internal import Operations
internal import Store

/// Makes the snapshots of a long plan busy, in turns, so that the writer is free for others in between.
///
/// Decided here (2026-11): the transaction that accepts the plan proves that all of it is as it was planned, and holds
/// its server and volumes: from there on no snapshot is added, and nothing is attached or detached. Each turn proves
/// for its snapshots that they have not changed since. The first that has ends the operation with PLAN_STALE: all are
/// given back, and the call, which waits for this step, is refused. After a crash the step is done again or undone like
/// any other.
struct SnapshotHold: Codable, Sendable {
    static let stepName = "hold-snapshots"

    /// What the plan is about had not changed since this one when it was accepted.
    let revision: Int64
    /// Of the request that asked for it.
    let method: String

    func step(_ parts: [any ResourceWork], _ tools: SagaTools) -> StepDefinition {
        StepDefinition(
            name: Self.stepName,
            run: { context in
                try await inTurns(parts, context, tools) { part, transaction, operation, now in
                    try part.requireUnchanged(since: revision, by: operation, in: transaction)
                    try part.begin(in: transaction, by: operation, at: now)
                }
            },
            undo: { context in
                try await inTurns(parts, context, tools) { part, transaction, operation, now in
                    guard try part.isHeld(by: operation, in: transaction) else { return }
                    try part.giveBack(in: transaction, by: operation, operation.failureToShow, at: now)
                }
            })
    }

    private typealias Work = @Sendable (any ResourceWork, any WriteTransaction, Operation, Timestamp) throws -> Void

    private func inTurns(
        _ parts: [any ResourceWork], _ context: StepContext, _ tools: SagaTools, _ work: @escaping Work
    ) async throws {
        let (operation, now) = (context.operation, tools.clock())
        for turn in Self.turns(parts, of: tools.turnResourceCount) {
            try Task.checkCancellation()
            try await tools.store.write(for: .freeing) { transaction in
                for part in turn { try work(part, transaction, operation, now) }
            }
        }
    }

    /// Parts in order, as many together as a transaction may be about.
    private static func turns(_ parts: [any ResourceWork], of largestCount: Int) -> [[any ResourceWork]] {
        var turns: [[any ResourceWork]] = []
        var count = largestCount
        for part in parts {
            let isFull = turns.isEmpty || count + part.resourceCount > largestCount
            if isFull { turns.append([]) }
            count = (isFull ? 0 : count) + part.resourceCount
            turns[turns.count - 1].append(part)
        }
        return turns
    }
}
