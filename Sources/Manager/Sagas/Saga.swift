internal import Engine
internal import Model
internal import Operations
internal import Store

/// One kind of operation: its stored properties are its input, fixed when it was accepted; its steps can each be
/// repeated after a crash.
protocol Saga: Codable, Sendable {
    /// The operation's type: CREATE_VOLUME and the like.
    static var type: String { get }
    func definition(_ tools: SagaTools) -> OperationDefinition
}

/// What the steps of sagas work with.
struct SagaTools: Sendable {
    let store: any MetadataStore
    let engine: any StorageEngine
    let keeper: ServerKeeper
    let clock: @Sendable () -> Timestamp
    let turnResourceCount: Int
    let kinds: ManagedKinds

    var writers: WriterWatch { WriterWatch(store: store, engine: engine, clock: clock) }
}

/// A saga's input as it is kept with its operation. A property that a later release adds must be optional: operations
/// that an earlier one accepted are gone on with.
enum SagaInput {
    static func text(_ saga: some Saga) throws -> String { try StoredJSON.text(saga) }

    static func saga<Kind: Saga>(_: Kind.Type, _ text: String, _ kinds: ManagedKinds) throws -> Kind {
        try StoredJSON.strictValue(Kind.self, text, userInfo: kinds.userInfo)
    }
}

/// A saga whose steps and input are ready to be written: of thousands of steps that takes time.
struct PreparedSaga: Sendable {
    let type: String
    let steps: [Operation.Step]
    let input: String

    init<Kind: Saga>(_ saga: Kind, _ catalog: SagaCatalog) throws {
        type = Kind.type
        steps = catalog.steps(of: saga)
        input = try SagaInput.text(saga)
    }
}

/// Every kind of operation that there is.
struct SagaCatalog: Sendable {
    let tools: SagaTools

    init(tools: SagaTools) {
        self.tools = tools
    }

    var operations: OperationCatalog {
        let kinds: [any Saga.Type] = [
            CreateVolumeSaga.self, ResizeVolumeSaga.self, AttachVolumeSaga.self, DetachVolumeSaga.self,
            RevertVolumeSaga.self, CreateServerSaga.self, StartServerSaga.self, StopServerSaga.self,
            TakeSnapshotSaga.self, ExecutePlanSaga.self, RestoreDeletedSaga.self, RevertServerSaga.self,
            AdoptLayerSaga.self, DiscardLayerSaga.self,
        ]
        return (kinds + tools.kinds.kinds.map { $0.deletionSaga }).reduce(into: [:]) { catalog, kind in
            add(kind, to: &catalog)
        }
    }

    private func add<Kind: Saga>(_ kind: Kind.Type, to catalog: inout OperationCatalog) {
        let tools = tools
        catalog[kind.type] = { operation in
            var definition = try SagaInput.saga(kind, operation.input, tools.kinds).definition(tools)
            let markStuck = definition.markStuck
            definition.markStuck = { transaction, operation, now in
                try transaction.showStuck(operation, tools.kinds, at: now)
                try markStuck(transaction, &operation, now)
            }
            return definition
        }
    }

    func steps(of saga: some Saga) -> [Operation.Step] {
        saga.definition(tools).steps.map { Operation.Step(name: $0.name) }
    }
}
