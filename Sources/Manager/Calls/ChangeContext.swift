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

    var author: ChangeAuthor {
        ChangeAuthor(
            principal: mutation.call.principal, source: mutation.call.source, requestID: mutation.requestID)
    }

    mutating func newID<Resource>(_: Resource.Type = Resource.self) -> Identifier<Resource> {
        Identifier(random: &generator)
    }

    /// Accepts an operation: its row and event, with all steps pending.
    ///
    /// - Parameter targets: ids of what it changes, the main resource first.
    mutating func accept(
        _ saga: some Saga, targets: [String], warnings: [Warning] = [], in transaction: any WriteTransaction
    ) throws -> Operation {
        var operation = Operation(
            id: newID(), projectID: projectID, type: type(of: saga).type, steps: catalog.steps(of: saga),
            targetIDs: targets, requestID: mutation.requestID, principal: mutation.call.principal,
            input: try SagaInput.text(saga), warnings: warnings, at: now)
        try transaction.insert(&operation, by: author, at: now)
        return operation
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
