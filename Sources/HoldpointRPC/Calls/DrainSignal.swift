internal import Synchronization

/// Raised once when the server begins to drain; shared by all its calls. Safe from any thread.
public final class DrainSignal: Sendable {
    private let flag = Atomic(false)

    public init() {}

    public var isRaised: Bool { flag.load(ordering: .acquiring) }

    /// Safe to repeat.
    ///
    /// - Returns: whether it was raised just now.
    @discardableResult
    public func raise() -> Bool { !flag.exchange(true, ordering: .acquiringAndReleasing) }
}
