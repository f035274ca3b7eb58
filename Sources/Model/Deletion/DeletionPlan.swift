/// Every step that deleting a resource takes, in order.
public struct DeletionPlan: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable, Codable {
        case delete = "DELETE"
        case detach = "DETACH"
        case stop = "STOP"
        case suspend = "SUSPEND"
    }

    public struct Step: Hashable, Sendable {
        public let action: Action
        public let kind: ResourceKind
        public let id: String
        public let name: String
        /// The rule that makes the step necessary; nil for what was asked for.
        public let reason: Reason?
        /// The reason for which what needs the step is refused; nil for what was asked for.
        let refusal: Reason?
        /// The resource whose deletion needs this step first; nil for the resource that was asked for.
        public let requiredBy: String?
        public let revision: Int64
        /// For people: what nobody gets back.
        public let losesForEver: String
        /// Bytes that come back when it is done after those before it; zero until it is measured.
        public internal(set) var freesBytes: ByteCount
        /// Volumes and snapshots that go with this step: what holds the data that comes free.
        public let releases: [String]
    }

    public let target: ResourceKey
    public var steps: [Step]
    /// The reason for which nobody deletes the target alone: it goes with another one; nil: it does not.
    let ownedBecause: Reason?
    /// What hangs on the target and goes with another one, so that nobody deletes it alone.
    let ownedBlockers: [Refusal.Blocker]
    /// What the plan cannot clear by itself: protection, running operations, connected clients.
    public var blockers: [Refusal.Blocker]
    public var remedies: [Remedy]
    /// The first operation that must end before; nil: none is in the way.
    public let operationInTheWay: OperationID?
    public internal(set) var freesBytes: ByteCount
    public internal(set) var reclaimableBytes: ByteCount

    /// More steps than these no plan has: what takes more is refused, and deleted in parts.
    public static let largestStepCount = 10_000
    /// More snapshots than these, members of server snapshots included, are not looked at for one plan.
    public static let largestSnapshotCount = 100_000

    /// Leaves out what an earlier deletion left behind: for an administrator who decides on just that.
    public func forgivingFailedDeletion() -> DeletionPlan {
        let own = Set([target.id] + steps.filter { $0.id == target.id }.flatMap(\.releases))
        var plan = self
        let left = zip(blockers, remedies).filter { $0.0.reason != .adminRequired || !own.contains($0.0.id) }
        plan.blockers = left.map(\.0)
        plan.remedies = left.map(\.1)
        return plan
    }

    /// Ids, revisions and edges in one text: the same text means the same plan. Byte counts are left out: they move.
    public var fingerprint: String {
        let steps = steps.map { step in
            let edges = [step.requiredBy ?? "", step.reason?.rawValue ?? ""] + step.releases
            return "\(step.action.rawValue) \(step.id) \(step.revision) \(edges.joined(separator: " "))"
        }
        let blockers = blockers.map { "! \($0.id) \($0.reason.rawValue)" }
        return (steps + blockers).joined(separator: "\n")
    }
}

extension DeletionPlan {
    /// Makes the plan for a resource of the graph, still without bytes. Pure; its cost grows with the graph.
    ///
    /// - Throws: `VOLUME_HAS_SNAPSHOTS` for what takes more than `largestStepCount` steps.
    public init(
        deleting target: ResourceKey, _ scope: DeletionScope = DeletionScope(), in graph: DeletionGraph
    ) throws(Refusal) {
        let index = graph.index
        var walk = DeletionWalk(graph: graph, index: index, scope: scope)
        walk.visit(target, DeletionWalk.Cause(nil, requiredBy: nil))
        guard walk.steps.count <= Self.largestStepCount else { throw .planTooLarge(target) }
        self.target = target
        steps = walk.steps
        ownedBecause = graph.get(target)?.owner?.reason
        ownedBlockers = index.hanging(on: target).filter { $0.resource.owner != nil }.map {
            $0.resource.blocker($0.reason)
        }
        blockers = walk.obstacles.map(\.blocker)
        remedies = walk.obstacles.map(\.remedy)
        operationInTheWay = walk.operationInTheWay
        freesBytes = .zero
        reclaimableBytes = .zero
    }
}
