internal import Model
internal import Operations
internal import Store

/// One thing that is done to a resource and to what goes with it, in one piece: a deletion, a detachment, a stop. It is
/// an operation of its own, or a step of a plan.
///
/// What it does to rows is apart from what it does outside the store, and all of it can be repeated.
protocol ResourceWork: Codable, Sendable {
    /// Names it in stored plans: it never changes.
    static var storedName: String { get }

    /// `delete-volume`
    var action: String { get }
    var resourceID: String { get }
    /// It, and what goes with it.
    var resourceCount: Int { get }
    /// Ids of what goes with it, as far as an operation names it as its target.
    var memberIDs: [String] { get }

    /// An operation that is about this alone.
    var saga: any Saga { get }

    // MARK: Rows

    /// Makes what it is about busy, and shows that it goes. Also where what failed is taken up again.
    func begin(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws

    /// Shows that it is done.
    func finish(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws

    /// Shows that it kept failing: some of the data may be gone, so only an administrator leaves this state.
    ///
    /// - Parameter isOver: the operation has ended; otherwise it is stuck and keeps hold.
    func fail(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp, isOver: Bool) throws

    /// Gives what it is about the state back that it had, as far as it is still there.
    ///
    /// - Parameter failure: shown on it; nil: all is well.
    func giveBack(
        in transaction: any WriteTransaction, by operation: Operation, _ failure: Failure?, at now: Timestamp
    ) throws

    // MARK: Outside the store

    /// Does the work.
    func run(_ tools: SagaTools) async throws

    /// Opens what it may have closed.
    func serveAgain(_ tools: SagaTools) async throws

    // MARK: What an administrator decides

    /// Forgets the resource without its data's being deleted: that stays on disk, in quarantine.
    ///
    /// - Parameter operation: the plan that this is a part of; nil: none holds it.
    /// - Throws: `STATE_FORBIDS` for what is not about data.
    func abandon(in transaction: any WriteTransaction, by operation: Operation?, _ context: ChangeContext) throws

    /// The tops of the chains that must be readable for it to be undone.
    func tops(in transaction: any ReadTransaction) throws -> [LayerID]

    /// Whether it can have destroyed nothing, though it was begun.
    func isUntouched(in transaction: any ReadTransaction) throws -> Bool

    // MARK: Long plans

    /// It is made busy in turns, behind the rest of a long plan.
    var isHeldInTurns: Bool { get }

    /// - Throws: `PLAN_STALE` if something that it is about has changed since the revision, or is gone, and the
    ///   operation does not hold it.
    func requireUnchanged(since revision: Int64, by operation: Operation, in transaction: any ReadTransaction) throws

    /// Whether an operation holds all that it is about.
    func isHeld(by operation: Operation, in transaction: any ReadTransaction) throws -> Bool
}

/// Of work that is not about data, and that the transaction holds which accepts a plan.
extension ResourceWork {
    /// Unique in a plan: `delete-volume vol-…`.
    var stepName: String { "\(action) \(resourceID)" }
    var memberIDs: [String] { [] }

    func abandon(in transaction: any WriteTransaction, by operation: Operation?, _ context: ChangeContext) throws {
        throw Refusal(
            .stateForbids, "what failed is not about data, so there is nothing to abandon: retry or restore it")
    }

    func tops(in transaction: any ReadTransaction) throws -> [LayerID] { [] }
    func isUntouched(in transaction: any ReadTransaction) throws -> Bool { true }
    var isHeldInTurns: Bool { false }
    func requireUnchanged(since revision: Int64, by operation: Operation, in transaction: any ReadTransaction) throws {}
    func isHeld(by operation: Operation, in transaction: any ReadTransaction) throws -> Bool { false }
}

extension RetryPolicy {
    /// 5 attempts, 1 s to 60 s apart; then an administrator is needed.
    static let deletion = RetryPolicy.backoff(attempts: 5, from: .seconds(1), to: .seconds(60))
}

/// The layers that a deletion frees. Fixed when it is accepted: nothing can come to rest on them later, because what
/// names them is busy. Something may stay on them, where an administrator abandons an earlier part of a plan: then they
/// stay too, until that goes.
struct FreedLayers: Codable, Sendable {
    /// Children before what they rest on.
    let ids: [LayerID]

    func forget(in transaction: any WriteTransaction) throws {
        try transaction.deleteLayers(transaction.layersThatCanGo(ids))
    }
}
