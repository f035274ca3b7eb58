public import Logging
public import Model
public import Store

/// What an operation of one type does: ordered steps, and what is written when they have ended.
///
/// A definition is made afresh from the persisted operation, also after a restart: everything that its closures need is
/// in `Operation.input`. Its steps' names must be those that the operation was accepted with.
public struct OperationDefinition: Sendable {
    /// Changes rows in the transaction that also ends the operation. The operation may be changed too (its warnings,
    /// its problem); its state and steps are the runner's. May run more than once; reads and writes rows only.
    public typealias Ending = @Sendable (any WriteTransaction, inout Operation, Timestamp) throws -> Void

    public var steps: [StepDefinition]
    /// Same transaction as SUCCEEDED.
    public var complete: Ending
    /// Same transaction as FAILED or CANCELLED: gives resources back the state that they had, with the failure
    /// recorded.
    public var rollback: Ending
    /// Same transaction as STUCK: shows on the resources that an administrator is needed.
    public var markStuck: Ending

    public init(
        steps: [StepDefinition], complete: @escaping Ending, rollback: @escaping Ending,
        markStuck: @escaping Ending = { _, _, _ in }
    ) {
        self.steps = steps
        self.complete = complete
        self.rollback = rollback
        self.markStuck = markStuck
    }

    /// Whether an accepted operation follows this definition.
    func fits(_ operation: Operation) -> Bool {
        steps.map(\.name) == operation.steps.map(\.name)
    }
}

/// One step of an operation.
public struct StepDefinition: Sendable {
    /// Does work outside the store. May be repeated at any time, also after it was done, and finds its earlier work by
    /// name.
    public typealias Body = @Sendable (StepContext) async throws -> Void

    /// Unique in its operation; persisted.
    public var name: String
    public var run: Body
    /// Takes back what `run` did, whole or half; may be repeated; nil: there is nothing to take back.
    public var undo: Body?
    /// Once it was started nothing is undone or cancelled any more: the operation is finished forward. A `StepRefusal`
    /// of the first such step takes that back.
    public var pointOfNoReturn: Bool
    /// How often it is tried before it counts as failed; `.once` from the point of no return on: as long as the runner
    /// is configured to.
    public var attempts: RetryPolicy
    /// Changes rows in the transaction that notes the step as STARTED; runs again when the step is taken up again.
    public var begins: OperationDefinition.Ending?
    /// Changes rows in the transaction that notes the step as DONE: what it did is then visible, whatever becomes of
    /// the steps behind it.
    public var ends: OperationDefinition.Ending?

    public init(
        name: String, pointOfNoReturn: Bool = false, attempts: RetryPolicy = .once,
        begins: OperationDefinition.Ending? = nil, ends: OperationDefinition.Ending? = nil, run: @escaping Body,
        undo: Body? = nil
    ) {
        self.name = name
        self.pointOfNoReturn = pointOfNoReturn
        self.attempts = attempts
        self.begins = begins
        self.ends = ends
        self.run = run
        self.undo = undo
    }
}

/// A step's error that certainly changed nothing: the step counts as never begun, even at the point of no return. It is
/// tried again only as the step's own policy says.
public struct StepRefusal: Error {
    public let cause: any Error

    /// - Parameter cause: of a refusal, its cause.
    public init(_ cause: any Error) {
        self.cause = (cause as? StepRefusal)?.cause ?? cause
    }
}

/// What a step's body gets.
public struct StepContext: Sendable {
    /// The operation as it was when the step was started.
    public let operation: Operation
    /// For what a step must make durable in its midst.
    public let store: any MetadataStore
    /// 1 for the first try since this process took the operation up.
    public let attempt: Int
    /// Carries the operation's id, its type and the step's name.
    public let logger: Logger
}

/// Makes the definition of an operation, by the operation's type.
public typealias OperationCatalog = [String: @Sendable (Operation) throws -> OperationDefinition]
