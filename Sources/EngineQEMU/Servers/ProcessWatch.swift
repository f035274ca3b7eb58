internal import CLinux
internal import Engine
internal import Foundation
internal import Glibc
internal import Synchronization

/// Tells when processes end, whether or not anybody talks to them. One thread waits for all.
final class ProcessWatch: Sendable {
    private struct State {
        var watched: [UInt64: Watched] = [:]
        var lastKey: UInt64 = 0
    }

    private struct Watched {
        /// Open while the process is watched.
        let descriptor: Int32
        let onEnd: @Sendable () -> Void
    }

    /// There is one for the whole program, made before anything is served: it needs a descriptor and a thread.
    static let shared = ProcessWatch()

    /// A negated value of errno: the system had no descriptor left.
    private let descriptor: Int32
    private let state = Mutex(State())

    private static let threadStackByteCount = 512 << 10

    private init() {
        descriptor = linux_open_watch()
        guard descriptor >= 0 else { return }
        let thread = Thread { [descriptor] in
            var key: UInt64 = 0
            while linux_wait_for_end(descriptor, &key) == 1 { self.ended(key) }
        }
        thread.name = "processes"
        thread.stackSize = Self.threadStackByteCount
        thread.start()
    }

    /// Calls `onEnd` once when the process has ended, on the watch's thread; at once if it has ended already.
    ///
    /// - Throws: `.unknown` if it cannot be watched.
    func watch(_ processID: pid_t, onEnd: @escaping @Sendable () -> Void) throws(EngineError) {
        guard descriptor >= 0 else { throw .unknown("when process \(processID) ends", code: -descriptor) }
        let process = linux_open_process(processID)
        if process == -ESRCH { return onEnd() }
        guard process >= 0 else { throw .unknown("when process \(processID) ends", code: -process) }
        let key = state.withLock { state in
            state.lastKey += 1
            state.watched[state.lastKey] = Watched(descriptor: process, onEnd: onEnd)
            return state.lastKey
        }
        let result = linux_watch_process(descriptor, process, key)
        guard result < 0 else { return }
        forget(key)
        throw .unknown("when process \(processID) ends", code: -result)
    }

    private func ended(_ key: UInt64) {
        forget(key)?.onEnd()
    }

    @discardableResult
    private func forget(_ key: UInt64) -> Watched? {
        let watched = state.withLock { $0.watched.removeValue(forKey: key) }
        // Closing its descriptor ends the watch.
        if let watched { close(watched.descriptor) }
        return watched
    }
}
