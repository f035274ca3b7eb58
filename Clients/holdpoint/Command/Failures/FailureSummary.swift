import HoldpointClient

/// A refusal that has more to say than a person reads: blockers and remedies summed up. Scripts find each of them in
/// the JSON.
enum FailureSummary {
    /// Blockers, and lines of remedies, that are printed one by one.
    static let lineLimit = 8
    /// Of those that are summed up, so many are named.
    private static let namedCount = 2

    /// A line a kind and reason, in the order of the first ones.
    static func lines(of blockers: [Blocker]) -> [String] {
        var order: [Group] = []
        var members: [Group: [Blocker]] = [:]
        for blocker in blockers {
            let group = Group(kind: blocker.kind, reason: blocker.reason)
            if members[group] == nil { order.append(group) }
            members[group, default: []].append(blocker)
        }
        return order.map { line($0, members[$0, default: []]) }
    }

    private struct Group: Hashable {
        let kind: String
        let reason: String
    }

    /// `  blocked by 102 snapshots, "a", "b" and 100 more: VOLUME_HAS_SNAPSHOTS`
    private static func line(_ group: Group, _ members: [Blocker]) -> String {
        let names = members.prefix(namedCount).map { $0.name.isEmpty ? $0.id : "\"\($0.name)\"" }
        let rest = members.count - names.count
        let plural = members.count == 1 ? "\(group.kind) " : "\(members.count) \(group.kind)s, "
        return "  blocked by \(plural)" + names.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
            + ": \(group.reason)"
    }

    /// The cascade alone, where it clears everything; otherwise the first lines, and how many there are besides.
    static func remedies(_ lines: [String], cascade: Cascading?) -> [String] {
        if let cascade {
            return ["  \(cascade.line)  # deletes all of it, after consent", "  \(cascade.planLine)  # shows it first"]
        }
        guard lines.count > lineLimit else { return lines }
        return lines.prefix(lineLimit) + ["  # and \(lines.count - lineLimit) more: -o json has them all"]
    }
}

/// A deletion that a cascade would make go through.
struct Cascading: Equatable {
    let line: String
    let planLine: String

    /// What a plan deletes, detaches or stops on its own.
    private static let clearable: Set = [
        "VOLUME_HAS_SNAPSHOTS", "VOLUME_ATTACHED", "SERVER_RUNNING", "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT",
    ]

    /// - Returns: nil if something stands in the way that a cascade does not clear, or nothing does.
    init?(noun: String, _ reference: String, _ scope: PlanScope, clearing blockers: [Blocker]) {
        guard !blockers.isEmpty, blockers.allSatisfy({ Self.clearable.contains($0.reason) }) else { return nil }
        line = Process.commandLine([noun, "delete", reference, "--cascade"] + scope.arguments)
        planLine = Process.commandLine(["plan", "delete", reference] + scope.arguments)
    }
}
