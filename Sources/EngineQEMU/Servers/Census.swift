internal import Engine
internal import Model
internal import Synchronization

/// Looks at every process of the host, once for all who need it at the same time: its cost grows with the host, not
/// with the number of servers.
final class Census: Sendable {
    typealias Findings = Result<[ServerID: ServerIdentity.Presence], EngineError>

    private struct State {
        var running: Task<Findings, Never>?
        /// It has not begun yet: whoever comes now sees what there is now.
        var next: Task<Findings, Never>?
    }

    private let state = Mutex(State())

    /// The result of a look that begins after this call.
    ///
    /// - Parameter look: blocks; the same for all who call.
    /// - Throws: `.unknown`.
    func take(
        _ look: @escaping @Sendable () throws(EngineError) -> [ServerID: ServerIdentity.Presence]
    ) async throws(EngineError) -> [ServerID: ServerIdentity.Presence] {
        let task = state.withLock { state in
            if let next = state.next { return next }
            let task = Task { [running = state.running] in
                _ = await running?.value
                self.beginNext()
                return await Self.findings(look)
            }
            state.next = task
            return task
        }
        return try await task.value.get()
    }

    private func beginNext() {
        state.withLock { state in
            state.running = state.next
            state.next = nil
        }
    }

    private static func findings(
        _ look: @escaping @Sendable () throws(EngineError) -> [ServerID: ServerIdentity.Presence]
    ) async -> Findings {
        do throws(EngineError) {
            return .success(try await BlockingWork.run(look))
        } catch {
            return .failure(error)
        }
    }
}
