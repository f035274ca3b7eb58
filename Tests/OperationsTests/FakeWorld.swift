import Operations
import Synchronization

/// What the steps of the tests act on: effects that exist or not, and a log of all that was done.
final class FakeWorld: Sendable {
    private struct State {
        var effects: Set<String> = []
        /// How often each effect came into being.
        var creations: [String: Int] = [:]
        var log: [String] = []
    }

    private let state = Mutex(State())

    var effects: Set<String> { state.withLock { $0.effects } }
    var log: [String] { state.withLock { $0.log } }

    func note(_ line: String) { state.withLock { $0.log.append(line) } }

    /// Finds its earlier work: an effect that is there is not made again.
    func make(_ name: String) {
        state.withLock { state in
            state.log.append("run \(name)")
            if state.effects.insert(name).inserted { state.creations[name, default: 0] += 1 }
        }
    }

    func remove(_ name: String) {
        state.withLock { state in
            state.log.append("undo \(name)")
            state.effects.remove(name)
        }
    }

    func creations(_ name: String) -> Int { state.withLock { $0.creations[name] ?? 0 } }
}

/// Errors of steps that the tests want.
struct StepFailure: Error, Hashable {
    var step: String
}

/// Fails as often as it was told to.
final class FailureBudget: Sendable {
    private let remaining: Mutex<[String: Int]>

    /// - Parameter failures: how often each step (`c`, or `undo c`) fails.
    init(_ failures: [String: Int] = [:]) {
        remaining = Mutex(failures)
    }

    func spend(_ name: String) throws {
        let fails = remaining.withLock { remaining in
            guard let count = remaining[name], count > 0 else { return false }
            remaining[name] = count - 1
            return true
        }
        if fails { throw StepFailure(step: name) }
    }

    func forgive() { remaining.withLock { $0 = [:] } }
}
