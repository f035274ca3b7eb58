/// Waiting for what nobody announces. Cancelling the caller does not shorten it: an engine's call does its work to the
/// end.
enum Polling {
    private static let firstInterval = Duration.milliseconds(2)
    private static let longestInterval = Duration.milliseconds(50)

    /// Asks again and again until something is so, the more seldom the longer it takes.
    ///
    /// - Returns: whether it came to be so in time.
    static func wait(_ deadline: Duration, for condition: () async -> Bool) async -> Bool {
        let end = ContinuousClock.now + deadline
        var interval = firstInterval
        while await !condition() {
            guard ContinuousClock.now < end else { return false }
            await pause(interval)
            interval = min(interval * 2, longestInterval)
        }
        return true
    }

    static func pause(_ duration: Duration) async {
        // A task of its own is not cancelled with the caller's, so its sleep never throws.
        await Task { try? await Task.sleep(for: duration) }.value
    }
}
