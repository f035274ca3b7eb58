internal import Engine
public import Model
internal import Store

/// What an operator asks first.
public struct SystemStatus: Sendable {
    public var startTime: Timestamp
    public var engineName: String
    public var capacity: StorageCapacity
    public var revision: Int64
    public var serverCount: Int
    public var volumeCount: Int
    public var snapshotCount: Int
    public var serverSnapshotCount: Int
    public var layerCount: Int
    public var openOperationCount: Int
    public var stuckOperationCount: Int
    /// The worst first, at most 100.
    public var problems: [SystemProblem]
    /// How many more there are at least.
    public var omittedProblemCount: Int
}

extension ResourceManager {
    public func status(_ call: Call) async throws -> SystemStatus {
        let (startTime, engineName, capacity) = (startTime, engine.name, try await engine.capacity())
        let (now, losses, checked) = (clock(), keeper.losses.recent(), lastCheck.problem)
        let failing = background.problems
        return try await readSystem(call) { [kinds] transaction in
            let (counts, open) = (try transaction.counts(), try transaction.openOperationCounts())
            var problems = try SystemProblems(transaction, of: kinds.stored, at: now)
            try problems.add(losses, transaction)
            problems.add(SystemProblem(capacity))
            problems.add(checked)
            for problem in failing { problems.add(problem) }
            return SystemStatus(
                startTime: startTime, engineName: engineName, capacity: capacity,
                revision: try transaction.lastSequence(), serverCount: counts.servers, volumeCount: counts.volumes,
                snapshotCount: counts.snapshots, serverSnapshotCount: counts.serverSnapshots,
                layerCount: counts.layers, openOperationCount: open[.pending, default: 0] + open[.running, default: 0],
                stuckOperationCount: open[.stuck, default: 0], problems: problems.told,
                omittedProblemCount: problems.omittedCount)
        }
    }
}
