internal import Model
internal import Store

/// A kind of resource that users make and delete, and what its deletion does.
///
/// What there is to do in most kinds has defaults: a kind whose deletion destroys data, or a row alone, says only how
/// it is given back.
protocol ManagedKind: StoredKind {
    /// Of what goes with one of these.
    associatedtype Member: ManagedKind = Self

    /// What one has that no operation is about and that is well.
    var restingState: State { get }

    /// Nothing of a deletion that was begun and not done can have been destroyed.
    var isWhole: Bool { get }

    /// Of a long plan they are made busy in turns, behind the rest: there may be thousands.
    static var isHeldInTurns: Bool { get }

    /// What a plan's step does that deletes one of these.
    ///
    /// - Parameters:
    ///   - graph: that the plan was made in.
    ///   - freed: layers that nothing needs afterwards.
    ///   - force: cuts off clients.
    static func deletion(
        _ step: DeletionPlan.Step, in graph: DeletionGraph, freeing freed: FreedLayers, force: Bool
    ) -> any ResourceWork

    /// Every form of work that only this kind knows, as plans hold it.
    static var works: [any ResourceWork.Type] { get }

    /// The operation that deletes one alone.
    static var deletionSaga: any Saga.Type { get }
}

extension ManagedKind {
    var isWhole: Bool { false }
    static var isHeldInTurns: Bool { true }
    static var works: [any ResourceWork.Type] { [DataDeletion<Self>.self] }
    static var deletionSaga: any Saga.Type { DeleteSaga<Self>.self }

    static func deletion(
        _ step: DeletionPlan.Step, in graph: DeletionGraph, freeing freed: FreedLayers, force: Bool
    ) -> any ResourceWork {
        DataDeletion<Self>(
            id: Identifier(stored: step.id),
            members: step.releases.filter { $0 != step.id }.map { Identifier(stored: $0) }, freed: freed)
    }
}

/// The kinds that a manager is made with: the one list of them.
struct ManagedKinds: Sendable {
    /// All that there are.
    static let all = ManagedKinds([Server.self, Volume.self, VolumeSnapshot.self, ServerSnapshot.self])

    let kinds: [any ManagedKind.Type]
    let stored: StoredKinds

    init(_ kinds: [any ManagedKind.Type]) {
        self.kinds = kinds
        stored = StoredKinds(kinds)
    }

    func kind(_ kind: ResourceKind) -> (any ManagedKind.Type)? { kinds.first { $0.kind == kind } }
}

extension ReadTransaction {
    /// Those of any kind that bear a name in a project.
    func named(_ name: String, in project: ProjectID, of kinds: ManagedKinds) throws -> [ResourceKey] {
        func keys<Kind: ManagedKind>(_: Kind.Type) throws -> [ResourceKey] {
            let found: [Kind] = try named(name, in: project)
            return found.map(\.key)
        }
        return try kinds.kinds.flatMap { try keys($0) }
    }
}
