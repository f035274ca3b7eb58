internal import CLinux
internal import Engine
internal import Glibc

/// A process, whoever gets its number later. Source: pidfd_open(2).
final class ProcessHandle: Sendable {
    let id: pid_t
    private let descriptor: Int32

    /// - Returns: nil: there is no process of this number.
    /// - Throws: `.unknown`.
    static func open(_ id: pid_t) throws(EngineError) -> ProcessHandle? {
        let descriptor = linux_open_process(id)
        if descriptor == -ESRCH { return nil }
        guard descriptor >= 0 else { throw .unknown("what process \(id) is", code: -descriptor) }
        return ProcessHandle(id: id, descriptor: descriptor)
    }

    private init(id: pid_t, descriptor: Int32) {
        self.id = id
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Whether all of its threads have ended: its files and their locks are let go by then. Does not block.
    var hasEnded: Bool { linux_is_ready(descriptor) == 1 }

    /// One that has ended: success.
    func signal(_ number: Int32) {
        _ = linux_signal_process(descriptor, number)
    }

    /// Calls `action` once when the process has ended, at once if it has ended already, on the thread of `Readiness`.
    /// Legal once.
    ///
    /// - Throws: `.unknown` if it cannot be watched.
    func whenEnded(_ action: @escaping @Sendable () -> Void) throws(EngineError) {
        // The descriptor is closed, and so watched no more, when nobody needs the handle any longer.
        try Readiness.shared.watchOnce(descriptor) { [self] in withExtendedLifetime(self, action) }
    }
}
