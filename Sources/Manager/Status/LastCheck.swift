internal import Model
internal import Synchronization

/// What the last check of everything found, until the next one. In memory: a restart looks anew.
final class LastCheck: Sendable {
    private let found = Mutex<SystemProblem?>(nil)

    var problem: SystemProblem? { found.withLock { $0 } }

    func note(_ findings: [ConsistencyFinding], at time: Timestamp) {
        found.withLock { $0 = SystemProblem(checked: findings, at: time) }
    }
}
