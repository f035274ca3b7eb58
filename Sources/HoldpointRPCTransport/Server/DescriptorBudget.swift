internal import Glibc
internal import HoldpointRPC

/// What a process that serves connections does with its descriptors: connections get what the rest does not need.
///
/// A process without a free descriptor does not only fail to open files: libdispatch ends it when it cannot look at its
/// own threads, and a timer whose first use finds none never fires.
struct DescriptorBudget {
    /// As many as the process may have open.
    let limit: Int
    /// Open beside connections: the store's, monitors of servers, event loops.
    let held: Int

    /// One in so many of the free ones is kept for what comes beside connections: files, children, further monitors.
    private static let spareShare = 4
    private static let leastSpare = 16
    /// Sockets without which there is no serving.
    private static let leastSockets = 8

    /// Of this process, now.
    static func current(connections: Int) -> DescriptorBudget {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let most = Int(clamping: limit.rlim_cur)
        // Where nobody can look there is none left to look with.
        return DescriptorBudget(limit: most, held: openCount().map { max(0, $0 - connections) } ?? most)
    }

    private static func openCount() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // `.`, `..` and the folder's own.
        return max(0, count - 3)
    }

    /// Sockets for connections, the few included without which there is no serving.
    var sockets: Int { max(Self.leastSockets, free - max(Self.leastSpare, free / Self.spareShare)) }

    private var free: Int { limit - held }

    /// - Throws: `tooFewDescriptors` if there are none for those few.
    func check() throws(EndpointError) {
        guard free < Self.leastSockets else { return }
        throw .tooFewDescriptors(limit: limit, needed: held + Self.leastSockets)
    }

    /// Uses every clock once: each has a timer that opens a descriptor when it is first used.
    static func openTimers() async {
        try? await Task.sleep(for: .nanoseconds(1), clock: .continuous)
        try? await Task.sleep(for: .nanoseconds(1), clock: .suspending)
    }
}
