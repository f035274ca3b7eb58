internal import Glibc
internal import Synchronization

/// Collects the ends of child processes that outlive the call that started them, so that they do not stay as zombies.
///
/// There is one for the whole process because children belong to the process. Ends are collected whenever somebody
/// asks.
final class ChildReaper: Sendable {
    static let shared = ChildReaper()

    private let children = Mutex<Set<pid_t>>([])

    func add(_ processID: pid_t) {
        children.withLock { children in
            Self.collect(&children)
            children.insert(processID)
        }
    }

    /// Whether a child that was added has ended.
    func hasEnded(_ processID: pid_t) -> Bool {
        children.withLock { children in
            Self.collect(&children)
            return !children.contains(processID)
        }
    }

    func collect() {
        children.withLock { Self.collect(&$0) }
    }

    private static func collect(_ children: inout Set<pid_t>) {
        children = children.filter { waitpid($0, nil, WNOHANG) == 0 }
    }
}
