/// Waiting for what nobody announces. Cancelling the caller does not shorten it: an engine's call does its work to the
/// end.
enum Polling {
    /// Asks again and again until something is so.
    ///
    /// - Returns: whether it came to be so in time.
    static func wait(_ deadline: Duration, every interval: Duration, for condition: () -> Bool) async -> Bool {
        let end = ContinuousClock.now + deadline
        while !condition() {
            guard ContinuousClock.now < end else { return false }
            await pause(interval)
        }
        return true
    }

    static func pause(_ duration: Duration) async {
        // A task of its own is not cancelled with the caller's, so its sleep never throws.
        await Task { try? await Task.sleep(for: duration) }.value
    }
}
