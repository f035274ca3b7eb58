internal import Engine
internal import Model
internal import Store

/// All that is wrong as far as it is known without looking at files and processes, which a check and the keepers do.
struct SystemProblems {
    /// Of each kind that are read, and of all that one answer tells.
    static let maximumCount = 100

    private(set) var problems: [SystemProblem] = []
    /// There are more than were read.
    private(set) var hasMore = false

    init(_ transaction: any ReadTransaction, of kinds: StoredKinds, at now: Timestamp) throws {
        for kind in kinds.all { try add(kind, transaction) }
        for operation in try transaction.unendedOperations(limit: Self.maximumCount) {
            if operation.state == .stuck {
                problems.append(SystemProblem(stuck: operation))
            } else if let overdue = SystemProblem(overdue: operation, at: now) {
                problems.append(overdue)
            }
        }
        let quarantinedCount = try transaction.counts().quarantinedLayers
        if quarantinedCount > 0 {
            problems.append(
                SystemProblem(quarantinedLayerCount: quarantinedCount, since: try transaction.quarantineBegin()))
        }
    }

    mutating func add(_ problem: SystemProblem?) {
        if let problem { problems.append(problem) }
    }

    mutating func add(_ losses: [ServerLosses.Loss], _ transaction: any ReadTransaction) throws {
        for loss in losses {
            // One that was deleted since is nobody's problem, and one that is not served is told already.
            guard let server: Server = try transaction.get(loss.server), server.state != .error else { continue }
            problems.append(SystemProblem(lost: server, at: loss.time))
        }
    }

    /// The worst first, as many as one answer tells.
    var told: [SystemProblem] {
        let worst = problems.filter { $0.severity == .error } + problems.filter { $0.severity == .warning }
        return Array(worst.prefix(Self.maximumCount))
    }

    /// How many more there are at least.
    var omittedCount: Int { max(problems.count - Self.maximumCount, hasMore ? 1 : 0) }

    private mutating func add<Kind: StoredKind>(_: Kind.Type, _ transaction: any ReadTransaction) throws {
        let resources: [Kind] = try transaction.unwell(limit: Self.maximumCount + 1)
        if resources.count > Self.maximumCount { hasMore = true }
        problems += resources.prefix(Self.maximumCount).map { SystemProblem($0) }
    }
}
