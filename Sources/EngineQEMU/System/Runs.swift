internal import Glibc
internal import Synchronization

/// Programs that are being run to their end: they can be ended when nobody will read what they say.
///
/// Reading through an image takes as long as the image is large, and whoever asked may have been asked to end.
final class Runs: Sendable {
    /// Children belong to the whole process.
    static let shared = Runs()

    private struct State {
        var running: Set<pid_t> = []
        var areOver = false
    }

    private let state = Mutex(State())

    /// - Parameter body: waits for what the program says; the program is not waited for before it returns.
    func during<Value>(_ processID: pid_t, _ body: () -> Value) -> Value {
        state.withLock { state in
            state.running.insert(processID)
            if state.areOver { kill(processID, SIGKILL) }
        }
        defer { state.withLock { _ = $0.running.remove(processID) } }
        return body()
    }

    /// Ends them, and all that still come. They only look at what is there, or make it larger, which can be repeated.
    func endAll() {
        state.withLock { state in
            state.areOver = true
            for processID in state.running { kill(processID, SIGKILL) }
        }
    }
}
