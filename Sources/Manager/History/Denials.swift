internal import Model
internal import Synchronization

/// Refused attempts on their way into the store: those alike are one, and there are never many of them.
///
/// Decided here (2026-11): a second's attempts are written together, so whoever guesses costs one commit a second; what
/// a killed process had not written is in the log alone.
final class Denials: Sendable {
    /// Different ones that wait; of more, those that come are counted with one that tells so.
    private static let maximumWaitingCount = 256

    private struct Attempt: Hashable {
        let principal: String
        let source: String
        let reason: String
    }

    private let waiting = Mutex<[Attempt: (time: Timestamp, count: Int64)]>([:])

    /// - Parameter source: of TCP without the port, which is another one each time.
    func note(principal: String, source: String, reason: String, at time: Timestamp) {
        let attempt = Attempt(principal: principal, source: Self.host(source), reason: reason)
        waiting.withLock { waiting in
            let isNew = waiting[attempt] == nil
            let kept =
                isNew && waiting.count >= Self.maximumWaitingCount
                ? Attempt(principal: "", source: "many", reason: reason) : attempt
            waiting[kept] = (time, (waiting[kept]?.count ?? 0) + 1)
        }
    }

    /// All that wait, oldest first; they wait no longer.
    func take() -> [Denial] {
        let taken = waiting.withLock { waiting in
            defer { waiting = [:] }
            return waiting
        }
        return taken.map { attempt, noted in
            Denial(
                time: noted.time, principal: attempt.principal, source: attempt.source, reason: attempt.reason,
                attempts: noted.count)
        }.sorted { ($0.time, $0.source, $0.principal) < ($1.time, $1.source, $1.principal) }
    }

    private static func host(_ source: String) -> String {
        guard source.hasPrefix("tcp:"), let colon = source.lastIndex(of: ":") else { return source }
        return String(source[..<colon])
    }
}
