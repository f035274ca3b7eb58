internal import Engine
internal import Model
internal import Operations
internal import Store

internal import struct Foundation.Data
internal import class Foundation.JSONDecoder
internal import class Foundation.JSONEncoder

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

    var writers: WriterWatch { WriterWatch(store: store, engine: engine, clock: clock) }
}

/// A saga's input as it is kept with its operation.
enum SagaInput {
    static func text(_ saga: some Saga) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(saga), as: UTF8.self)
    }

    static func saga<Kind: Saga>(_: Kind.Type, _ text: String) throws -> Kind {
        try JSONDecoder().decode(Kind.self, from: Data(text.utf8))
    }
}

/// Every kind of operation that there is.
struct SagaCatalog: Sendable {
    private let tools: SagaTools

    init(tools: SagaTools) {
        self.tools = tools
    }

    var operations: OperationCatalog {
        let kinds: [any Saga.Type] = [
            CreateVolumeSaga.self, DeleteVolumeSaga.self, ResizeVolumeSaga.self, AttachVolumeSaga.self,
            DetachVolumeSaga.self, RevertVolumeSaga.self, CreateServerSaga.self, StartServerSaga.self,
            StopServerSaga.self, DeleteServerSaga.self, TakeSnapshotSaga.self, DeleteSnapshotSaga.self,
            DeleteServerSnapshotSaga.self, ExecutePlanSaga.self, RestoreDeletedSaga.self,
        ]
        return kinds.reduce(into: [:]) { catalog, kind in add(kind, to: &catalog) }
    }

    private func add<Kind: Saga>(_ kind: Kind.Type, to catalog: inout OperationCatalog) {
        let tools = tools
        catalog[kind.type] = { operation in
            var definition = try SagaInput.saga(kind, operation.input).definition(tools)
            let markStuck = definition.markStuck
            definition.markStuck = { transaction, operation, now in
                try transaction.showStuck(operation, at: now)
                try markStuck(transaction, &operation, now)
            }
            return definition
        }
    }

    func steps(of saga: some Saga) -> [Operation.Step] {
        saga.definition(tools).steps.map { Operation.Step(name: $0.name) }
    }
}
