internal import Synchronization

/// Where calls wait that were told to hang.
final class SimulatedGate: Sendable {
    private struct State {
        var hanging: [EngineMethod: [CheckedContinuation<Void, Never>]] = [:]
        var watchers: [EngineMethod: [CheckedContinuation<Void, Never>]] = [:]
    }

    private let state = Mutex(State())

    func hang(_ method: EngineMethod) async {
        await withCheckedContinuation { continuation in
            let watchers = state.withLock { state in
                state.hanging[method, default: []].append(continuation)
                return state.watchers.removeValue(forKey: method) ?? []
            }
            for watcher in watchers { watcher.resume() }
        }
    }

    /// Returns once a call of the method hangs.
    func waitUntilHanging(_ method: EngineMethod) async {
        await withCheckedContinuation { continuation in
            let hangs = state.withLock { state in
                if state.hanging[method] != nil { return true }
                state.watchers[method, default: []].append(continuation)
                return false
            }
            if hangs { continuation.resume() }
        }
    }

    func release(_ method: EngineMethod) {
        let hanging = state.withLock { $0.hanging.removeValue(forKey: method) ?? [] }
        for continuation in hanging { continuation.resume() }
    }
}
