/// How often something is tried, and how long the pauses are.
public enum RetryPolicy: Sendable, Hashable {
    case once
    /// At most `attempts` tries; the pause after the first one is `from`, each further one twice as long, up to `to`.
    case backoff(attempts: Int, from: Duration, to: Duration)

    var attempts: Int {
        switch self {
        case .once: 1
        case .backoff(let attempts, _, _): max(1, attempts)
        }
    }

    /// - Parameter attempt: the try that failed; the first is 1.
    /// - Returns: how long to wait before the next; nil: there is none.
    func pause(after attempt: Int) -> Duration? {
        guard case .backoff(let attempts, let shortest, let longest) = self, attempt < attempts else { return nil }
        // Beyond this many doublings every pause has long been the longest.
        let doublings = min(max(0, attempt - 1), 30)
        return min(shortest * (1 << doublings), longest)
    }
}
