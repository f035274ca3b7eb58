internal import Engine
internal import Model
internal import Operations
internal import Store

/// Deletes a resource that has data, or is nothing but a row, with what goes with it.
struct DataDeletion<Kind: ManagedKind>: ResourceWork {
    let id: Identifier<Kind>
    let members: [Identifier<Kind.Member>]
    let freed: FreedLayers

    /// `serverSnapshot`
    static var storedName: String {
        let words = Kind.kind.rawValue.split(separator: "-")
        return words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private enum CodingKeys: String, CodingKey {
        case id = "_0"
        case members
        case freed = "_1"
    }

    init(id: Identifier<Kind>, members: [Identifier<Kind.Member>], freed: FreedLayers) {
        self.id = id
        self.members = members
        self.freed = freed
    }

    /// Most kinds have no members, and do not store them.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(Identifier<Kind>.self, forKey: .id)
        members = try container.decodeIfPresent([Identifier<Kind.Member>].self, forKey: .members) ?? []
        freed = try container.decode(FreedLayers.self, forKey: .freed)
    }

    var action: String { "delete-\(Kind.kind.rawValue)" }
    var resourceID: String { id.rawValue }
    var resourceCount: Int { 1 + members.count }
    var memberIDs: [String] { members.map(\.rawValue) }
    var saga: any Saga { DeleteSaga<Kind>(part: PlannedWork(self)) }

    func run(_ tools: SagaTools) async throws {
        let ids = try await tools.store.read { try $0.layersThatCanGo(freed.ids) }
        for id in ids { try await tools.engine.deleteLayer(id) }
    }

    func serveAgain(_ tools: SagaTools) async throws {}

    // MARK: Rows

    func begin(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        try transaction.mark(id, Kind.deleting, by: operation, at: now)
        for member in members { try transaction.mark(member, Kind.Member.deleting, by: operation, at: now) }
    }

    func finish(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        for member in members { try transaction.remove(member, by: operation, at: now) }
        try transaction.remove(id, by: operation, at: now)
        try freed.forget(in: transaction)
    }

    func fail(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp, isOver: Bool) throws {
        for member in members { try transaction.fail(member, by: operation, at: now, isOver: isOver) }
        try transaction.fail(id, by: operation, at: now, isOver: isOver)
    }

    func giveBack(
        in transaction: any WriteTransaction, by operation: Operation, _ failure: Failure?, at now: Timestamp
    ) throws {
        for member in members { try transaction.giveBack(member, by: operation, failure, at: now) }
        try transaction.giveBack(id, by: operation, failure, at: now)
    }

    // MARK: What an administrator decides

    func abandon(in transaction: any WriteTransaction, by operation: Operation?, _ context: ChangeContext) throws {
        for member in members {
            guard let member: Kind.Member = try transaction.get(member) else { continue }
            try transaction.delete(member, by: context.author(operation), at: context.now)
        }
        guard let resource: Kind = try transaction.get(id) else { return }
        try transaction.delete(resource, by: context.author(operation), at: context.now)
        for layer in freed.ids {
            try transaction.quarantine(
                layer, because: .abandoned, origin: .init(resource), by: context.mutation.call.principal,
                at: context.now)
        }
    }

    func tops(in transaction: any ReadTransaction) throws -> [LayerID] {
        let resource: Kind? = try transaction.get(id)
        // What was not touched may be open.
        let own = resource.flatMap { $0.isWhole ? nil : $0.keptLayerID }
        return try (own.map { [$0] } ?? [])
            + members.compactMap { try (transaction.get($0) as Kind.Member?)?.keptLayerID }
    }

    func isUntouched(in transaction: any ReadTransaction) throws -> Bool {
        try (transaction.get(id) as Kind?)?.isWhole ?? false
    }

    // MARK: Long plans

    var isHeldInTurns: Bool { Kind.isHeldInTurns }

    func requireUnchanged(since revision: Int64, by operation: Operation, in transaction: any ReadTransaction) throws {
        try require(transaction.get(id) as Kind?, unchangedSince: revision, by: operation)
        for member in members {
            try require(transaction.get(member) as Kind.Member?, unchangedSince: revision, by: operation)
        }
    }

    private func require(
        _ resource: (some Resource)?, unchangedSince revision: Int64, by operation: Operation
    ) throws {
        guard let header = resource?.header,
            header.operationID == operation.id || (header.operationID == nil && header.revision <= revision)
        else { throw Refusal.planStale(operation.targetIDs.first ?? resourceID) }
    }

    /// It is held with its members, or none of them is.
    func isHeld(by operation: Operation, in transaction: any ReadTransaction) throws -> Bool {
        try (transaction.get(id) as Kind?)?.header.operationID == operation.id
    }
}
