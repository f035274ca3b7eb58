internal import Logging
internal import Store
internal import Synchronization

/// Whether the store can go on. Once it cannot, it never can again.
final class StoreHealth: Sendable {
    private let failure = Mutex<String?>(nil)
    private let logger: Logger
    private let onUnusable: @Sendable (String) -> Void

    init(logger: Logger, onUnusable: @escaping @Sendable (String) -> Void) {
        self.logger = logger
        self.onUnusable = onUnusable
    }

    func check() throws(StoreError) {
        if let reason = failure.withLock({ $0 }) {
            throw .unusable(reason)
        }
    }

    /// Notes that the store is broken and tells the owner the first time.
    ///
    /// - Returns: what callers get.
    func fail(_ reason: String) -> StoreError {
        let isFirst = failure.withLock { failure in
            guard failure == nil else { return false }
            failure = reason
            return true
        }
        if isFirst {
            logger.critical("the metadata store is unusable", metadata: ["reason": "\(reason)"])
            onUnusable(reason)
        }
        return .unusable(reason)
    }
}
