internal import Synchronization

/// Finds an item again when its sender's task is cancelled.
final class ItemTicket: Sendable {
    private let flag = Atomic(false)

    /// The sender no longer waits; set before the connection is told.
    var isAbandoned: Bool { flag.load(ordering: .acquiring) }

    func abandon() { flag.store(true, ordering: .releasing) }
}
