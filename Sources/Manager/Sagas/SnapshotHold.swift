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

    func step(_ parts: [DeletionPart], _ tools: SagaTools) -> StepDefinition {
        StepDefinition(
            name: Self.stepName,
            run: { context in
                try await inTurns(parts, context, tools) { part, transaction, operation, now in
                    try part.hold(in: transaction, by: operation, at: now, ifUnchangedSince: revision)
                }
            },
            undo: { context in
                try await inTurns(parts, context, tools) { part, transaction, operation, now in
                    try part.letGo(in: transaction, by: operation, operation.failureToShow, at: now)
                }
            })
    }

    private typealias Work = @Sendable (DeletionPart, any WriteTransaction, Operation, Timestamp) throws -> Void

    private func inTurns(
        _ parts: [DeletionPart], _ context: StepContext, _ tools: SagaTools, _ work: @escaping Work
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
    private static func turns(_ parts: [DeletionPart], of largestCount: Int) -> [[DeletionPart]] {
        var turns: [[DeletionPart]] = []
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

extension DeletionPart {
    /// It, and what goes with it.
    var resourceCount: Int {
        switch self {
        case .stop(_, let volumes, _), .server(_, let volumes, _): 1 + volumes.count
        case .serverSnapshot(_, let members, _): 1 + members.count
        case .detach, .volume, .snapshot: 1
        }
    }

    var isOfSnapshot: Bool {
        switch self {
        case .snapshot, .serverSnapshot: true
        case .stop, .detach, .server, .volume: false
        }
    }

    /// Makes a snapshot busy, or one of a server with its members. May be repeated.
    ///
    /// - Throws: `PLAN_STALE` if one of them has changed since the revision, or is gone.
    fileprivate func hold(
        in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp,
        ifUnchangedSince revision: Int64
    ) throws {
        func require<Target: StoredResource>(_ id: Identifier<Target>) throws {
            let resource: Target? = try transaction.get(id)
            guard let header = resource?.header,
                header.operationID == operation.id || (header.operationID == nil && header.revision <= revision)
            else { throw Refusal.planStale(operation.targetIDs.first ?? resourceID) }
        }
        switch self {
        case .snapshot(let id, _): try require(id)
        case .serverSnapshot(let id, let members, _):
            try require(id)
            for member in members { try require(member) }
        case .stop, .detach, .server, .volume: return
        }
        try begin(in: transaction, by: operation, at: now)
    }

    /// Undoes `hold` on what is held by the operation.
    fileprivate func letGo(
        in transaction: any WriteTransaction, by operation: Operation, _ failure: Failure?, at now: Timestamp
    ) throws {
        let isHeld: Bool
        switch self {
        case .snapshot(let id, _):
            isHeld = try (transaction.get(id) as VolumeSnapshot?)?.header.operationID == operation.id
        case .serverSnapshot(let id, _, _):
            // It is held with its members, or none of them is.
            isHeld = try (transaction.get(id) as ServerSnapshot?)?.header.operationID == operation.id
        case .stop, .detach, .server, .volume: isHeld = false
        }
        if isHeld { try giveBack(in: transaction, by: operation, failure, at: now) }
    }
}
