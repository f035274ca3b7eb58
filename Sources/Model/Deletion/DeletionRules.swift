/// What cannot be deleted, and why: the rows of the table in the product's description. Derived from the plan, so that
/// a refusal names the whole closure and not the first thing found.
extension DeletionPlan {
    /// A guess at how long an operation takes.
    static let busyRetryMilliseconds = 200
    /// What a sentence names; the blockers name everything.
    private static let largestNamedCount = 8
    /// A refusal must fit into a frame: it names these that are in the way, and the calls that clear the first of them.
    static let (largestBlockerCount, largestRemedyCount) = (10_000, 1_000)

    /// What forbids deleting the target by itself, as it is now.
    ///
    /// - Returns: nil if it may be deleted.
    public func refusal(name: String) -> Refusal? {
        let earlier = steps.filter { $0.reason != nil }
        guard let reason = decisiveReason(blockers, earlier) else { return nil }
        return refusal(reason, name, clearing: earlier)
    }

    /// What forbids executing the whole plan: what none of its steps clears.
    ///
    /// - Returns: nil if it may be executed.
    public func refusalOfExecution(name: String) -> Refusal? {
        guard let reason = decisiveReason(blockers, []) else { return nil }
        return refusal(reason, name, clearing: [])
    }

    private func refusal(_ reason: Reason, _ name: String, clearing earlier: [Step]) -> Refusal {
        var refusal = Refusal(reason, sentence(reason, name, blockers))
        refusal.blockers = Array((blockers + clearable(earlier)).prefix(Self.largestBlockerCount))
        // Cutting off a volume's clients detaches it: no second detach after that.
        let cutOff = blockers.contains { $0.reason == .volumeHasClients }
        refusal.remedies = Array(
            (remedies.withoutRepeats() + earlier.filter { !(cutOff && $0.action == .detach) }.map(\.remedy))
                .prefix(Self.largestRemedyCount))
        if reason == .resourceBusy {
            refusal.operationID = operationInTheWay
            refusal.retryAfterMilliseconds = Self.busyRetryMilliseconds
        }
        return refusal
    }

    /// The steps' resources, and behind the last that takes others along those that hang on the target and go with it.
    private func clearable(_ earlier: [Step]) -> [Refusal.Blocker] {
        let lastOwner = steps.last { step in step.releases.contains { $0 != step.id } }?.id
        return earlier.flatMap { [$0.blocker] + ($0.id == lastOwner ? ownedBlockers : []) }
    }

    /// The target's own state decides first, then the rule of the nearest step, then what stands in the way farther
    /// off.
    private func decisiveReason(_ obstacles: [Refusal.Blocker], _ earlier: [Step]) -> Reason? {
        let own = obstacles.filter { $0.id == target.id }.map(\.reason)
        if let urgent = own.first(where: { $0 == .resourceBusy || $0 == .adminRequired }) { return urgent }
        if let ownedBecause, !earlier.isEmpty { return ownedBecause }
        if let hanging = earlier.first(where: { $0.action == .delete }) { return hanging.refusal }
        return earlier.last?.reason ?? obstacles.first?.reason
    }

    private func sentence(_ reason: Reason, _ name: String, _ obstacles: [Refusal.Blocker]) -> String {
        let what = "\(target.kind.words) \(ResourceName.readable(name))"
        switch reason {
        case .volumeHasSnapshots: return "\(what) has snapshots; delete them first"
        case .volumeAttached: return "\(what) is attached; detach it first"
        case .snapshotOwned: return "\(what) belongs to a server snapshot and goes with that"
        case .deletionProtected: return "deletion protection is on for \(names(obstacles, reason))"
        case .resourceBusy: return "an operation is running on \(names(obstacles, reason))"
        case .volumeHasClients: return "NBD clients are connected to \(names(obstacles, reason))"
        case .serverRunning: return "\(what) is running; stop it first"
        case .adminRequired:
            return "an earlier change of \(names(obstacles, reason)) failed half-way; an administrator resolves it"
        default:
            guard let hanging = steps.first(where: { $0.refusal == reason }) else {
                return "\(what) cannot be deleted now"
            }
            return "\(what) has \(hanging.kind.words)s; delete them first"
        }
    }

    private func names(_ obstacles: [Refusal.Blocker], _ reason: Reason) -> String {
        let names = obstacles.filter { $0.reason == reason }.map { ResourceName.readable($0.name) }.withoutRepeats()
        let more = names.count - Self.largestNamedCount
        return names.prefix(Self.largestNamedCount).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

extension Refusal {
    /// Deleting something takes more steps than a plan may have.
    public static func planTooLarge(_ target: ResourceKey) -> Refusal {
        var refusal = Refusal(
            .volumeHasSnapshots,
            "deleting \(target.kind.words) \(target.id) takes more than \(DeletionPlan.largestStepCount) steps, "
                + "which is as many as a plan can have: delete snapshots first, in parts, then ask again")
        refusal.remedies = [.listSnapshots(of: target.kind == .volume ? VolumeID(stored: target.id) : nil)]
        return refusal
    }
}

extension DeletionPlan.Step {
    var blocker: Refusal.Blocker {
        Refusal.Blocker(kind: kind.rawValue, id: id, name: name, reason: reason ?? .stateForbids)
    }

    var remedy: Remedy {
        switch action {
        case .detach: .detach(VolumeID(stored: id), name: name)
        case .stop: .stop(ServerID(stored: id), name: name)
        case .delete, .suspend: .delete(ResourceKey(kind: kind, id: id), name: name)
        }
    }
}

extension Resource {
    /// It as what is in the way.
    public func blocker(_ reason: Reason) -> Refusal.Blocker {
        Refusal.Blocker(kind: Self.kind.rawValue, id: id.rawValue, name: header.name, reason: reason)
    }
}

extension Array where Element: Hashable {
    /// The elements in their order, each where it comes first.
    public func withoutRepeats() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
