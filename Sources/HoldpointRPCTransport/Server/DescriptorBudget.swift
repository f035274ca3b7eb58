internal import Glibc
internal import HoldpointRPC

/// What a process that serves connections does with its descriptors: connections get what the rest cannot need.
///
/// A process without a free descriptor does not only fail to open files: libdispatch ends it when it cannot look at its
/// own threads, and a timer whose first use finds none never fires.
struct DescriptorBudget {
    /// As many as the process may have open.
    let limit: Int
    /// Open now, once everything that lasts is open: the store's connections, monitors, event loops.
    let held: Int

    /// One in so many of the free ones is kept for what comes beside connections: files, children, further monitors.
    private static let spareShare = 4
    private static let leastSpare = 16
    /// Sockets without which there is no serving.
    private static let leastSockets = 8

    /// Of this process, now.
    static func current() -> DescriptorBudget {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return DescriptorBudget(limit: Int(clamping: limit.rlim_cur), held: openCount())
    }

    private static func openCount() -> Int {
        guard let folder = opendir("/proc/self/fd") else { return leastSpare }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // `.`, `..` and the folder's own.
        return max(0, count - 3)
    }

    /// Places for connections.
    ///
    /// - Parameter atMost: as many are enough.
    /// - Throws: `tooFewDescriptors` if there is no room for any.
    func places(atMost: Int) throws(EndpointError) -> ConnectionPlaces {
        let free = limit - held
        let sockets = free - max(Self.leastSpare, free / Self.spareShare)
        guard sockets >= Self.leastSockets else {
            throw .tooFewDescriptors(limit: limit, needed: held + Self.leastSpare + Self.leastSockets)
        }
        return ConnectionPlaces(sockets: sockets, limit: atMost)
    }

    /// Uses every clock once: each has a timer that opens a descriptor when it is first used.
    static func openTimers() async {
        try? await Task.sleep(for: .nanoseconds(1), clock: .continuous)
        try? await Task.sleep(for: .nanoseconds(1), clock: .suspending)
    }
}
