internal import Engine
internal import Model
internal import Store

/// What a change needs besides the store: handed in, so that running it again does the same.
struct ChangeContext {
    let mutation: Mutation
    let projectID: ProjectID
    let now: Timestamp
    let catalog: SagaCatalog
    private var generator: SeededGenerator

    init(
        mutation: Mutation, projectID: ProjectID, now: Timestamp, seed: UInt64, catalog: SagaCatalog
    ) {
        self.mutation = mutation
        self.projectID = projectID
        self.now = now
        self.catalog = catalog
        generator = SeededGenerator(seed: seed)
    }

    var kinds: ManagedKinds { catalog.tools.kinds }
    var capabilities: EngineCapabilities { catalog.tools.engine.capabilities }

    var author: ChangeAuthor {
        ChangeAuthor(
            principal: mutation.call.principal, source: mutation.call.source, requestID: mutation.requestID)
    }

    mutating func newID<Resource>(_: Resource.Type = Resource.self) -> Identifier<Resource> {
        Identifier(random: &generator)
    }

    /// Accepts an operation: its row and event, with all steps pending. What needs its caller's consent keeps it: the
    /// steps that destroy run after the call, and after a restart.
    ///
    /// - Parameter targets: ids of what it changes, the main resource first.
    mutating func accept(
        _ saga: some Saga, targets: [String], warnings: [Warning] = [], in transaction: any WriteTransaction
    ) throws -> Operation {
        try accept(PreparedSaga(saga, catalog), targets: targets, warnings: warnings, in: transaction)
    }

    /// The same for a saga that was made ready before the transaction.
    mutating func accept(
        _ saga: PreparedSaga, targets: [String], warnings: [Warning] = [], in transaction: any WriteTransaction
    ) throws -> Operation {
        var operation = Operation(
            id: newID(), projectID: projectID, type: saga.type, steps: saga.steps, targetIDs: targets,
            requestID: mutation.requestID, principal: mutation.call.principal, input: saga.input, warnings: warnings,
            standingConsent: standingConsent(to: saga.type, targets), at: now)
        try transaction.insert(&operation, by: author, at: now)
        return operation
    }

    /// The transaction ends without a trace if the consent turns out to be missing or wrong.
    private func standingConsent(to type: String, _ targets: [String]) -> StandingConsent? {
        guard mutation.needsConsent else { return nil }
        return StandingConsent(
            principal: mutation.call.principal, source: mutation.call.source, time: now,
            allows: ([type] + targets.prefix(1)).joined(separator: " "))
    }
}

/// Random numbers from a seed (SplitMix64), so that a transaction that runs twice makes the same ids.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
