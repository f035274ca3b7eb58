/// Walks from a resource to everything that must go before it, each once.
///
/// What the kinds have in common; what each of them needs is in its `Deletable.walk`.
public struct DeletionWalk {
    typealias Obstacle = (blocker: Refusal.Blocker, remedy: Remedy)

    /// Why a step is in a plan.
    public struct Cause {
        /// The rule that makes it necessary; nil for what was asked for.
        public var reason: Reason?
        /// The reason for which what needs it is refused; nil: the same.
        public var refusal: Reason?
        /// The id of the resource whose deletion needs it first; nil for the resource that was asked for.
        public var requiredBy: String?

        public init(_ reason: Reason?, refusal: Reason? = nil, requiredBy: String?) {
            self.reason = reason
            self.refusal = refusal ?? reason
            self.requiredBy = requiredBy
        }
    }

    let graph: DeletionGraph
    let index: RelationIndex
    let scope: DeletionScope
    private(set) var steps: [DeletionPlan.Step] = []
    private(set) var obstacles: [Obstacle] = []
    private(set) var operationInTheWay: OperationID?
    private var visited: Set<String> = []
    private var reported: Set<Refusal.Blocker> = []

    init(graph: DeletionGraph, index: RelationIndex, scope: DeletionScope) {
        self.graph = graph
        self.index = index
        self.scope = scope
    }

    // MARK: Where it goes

    /// Walks from a resource on, unless it was there before, or the graph does not have it.
    mutating func visit(_ key: ResourceKey, _ cause: Cause) {
        guard visited.insert(key.id).inserted, let resource = graph.get(key) else { return }
        resource.walk(&self, cause)
    }

    /// Walks to all that must be deleted before a resource. What owns some of that comes first, whole: the others that
    /// it owns go with it.
    mutating func visitHanging(on resource: some Deletable) {
        let hanging = index.hanging(on: resource.key)
        for (hanging, refusal) in hanging {
            guard let owner = hanging.owner else { continue }
            visit(owner.key, Cause(owner.reason, refusal: refusal, requiredBy: resource.id.rawValue))
        }
        for (hanging, reason) in hanging where hanging.owner == nil {
            visit(hanging.key, Cause(reason, requiredBy: resource.id.rawValue))
        }
    }

    /// Counts a resource as visited that goes with another one.
    ///
    /// - Returns: false if it was before.
    mutating func take(_ resource: any Deletable) -> Bool { visited.insert(resource.key.id).inserted }

    // MARK: What it finds

    /// Adds a resource's deletion, and notes what forbids it.
    ///
    /// - Parameters:
    ///   - loses: for people: what nobody gets back.
    ///   - releases: ids of what keeps the data that comes free; nil: it alone.
    mutating func delete(
        _ resource: some Deletable, _ cause: Cause, loses: String, releases: [String]? = nil
    ) {
        note(resource)
        append(.delete, resource, cause, loses: loses, releases: releases ?? [resource.id.rawValue])
    }

    mutating func append<Target: Deletable>(
        _ action: DeletionPlan.Action, _ resource: Target, _ cause: Cause, loses: String, releases: [String] = []
    ) {
        steps.append(
            .init(
                action: action, kind: Target.kind, id: resource.id.rawValue, name: resource.header.name,
                reason: cause.reason, refusal: cause.refusal, requiredBy: cause.requiredBy,
                revision: resource.header.revision, losesForEver: loses, freesBytes: .zero, releases: releases))
    }

    /// Notes what no plan clears: protection, a running operation, what an administrator must resolve.
    ///
    /// - Parameter onlyBusy: it stays: its protection does not count.
    mutating func note(_ resource: some Deletable, onlyBusy: Bool = false) {
        if let obstacle = resource.obstacle {
            report(resource, obstacle.reason, obstacle.remedy)
            if obstacle.reason == .resourceBusy { operationInTheWay = operationInTheWay ?? resource.header.operationID }
        }
        if resource.header.deletionProtection, !onlyBusy {
            report(resource, .deletionProtected, .unprotect(resource.key))
        }
    }

    /// Notes a blocker that is no resource of the graph, once.
    mutating func report(_ blocker: Refusal.Blocker, _ remedy: Remedy) {
        if reported.insert(blocker).inserted { obstacles.append((blocker, remedy)) }
    }

    private mutating func report<Target: Deletable>(_ resource: Target, _ reason: Reason, _ remedy: Remedy) {
        report(
            Refusal.Blocker(
                kind: Target.kind.rawValue, id: resource.id.rawValue, name: resource.header.name, reason: reason),
            remedy)
    }
}
