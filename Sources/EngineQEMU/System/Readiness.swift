internal import CLinux
internal import Engine
internal import Foundation
internal import Glibc
internal import Synchronization

/// Tells when descriptors have something to read: the monitors of servers, and processes that end. One thread waits for
/// all and does nothing else, so that none holds up another.
///
/// Rejected: a thread each, which 300 servers turn into 300; and dispatch sources: one that is cancelled while its peer
/// hangs up can leave libdispatch's event loop with a freed record, and the whole program dies.
final class Readiness: Sendable {
    /// One descriptor that is watched; never used again.
    typealias Key = UInt64

    private struct Watched {
        let action: @Sendable () -> Void
        let isOnce: Bool
    }

    private struct State {
        var watched: [Key: Watched] = [:]
        var lastKey: Key = 0
    }

    /// There is one for the whole program, made before anything is served: it needs a descriptor and a thread.
    static let shared = Readiness()

    /// A negated value of errno: the system had no descriptor left.
    private let poller: Int32
    private let state = Mutex(State())

    private static let threadStackByteCount = 512 << 10
    private static let eventCount = 64

    private init() {
        poller = linux_open_poller()
        guard poller >= 0 else { return }
        let thread = Thread { [self] in
            linux_name_thread("readiness")
            wait()
        }
        thread.stackSize = Self.threadStackByteCount
        thread.start()
    }

    /// Calls `action` when there is something to read, or the end, and again after each `watchAgain`, until `forget`.
    /// It is called on the one thread, so it must hand on what takes time.
    ///
    /// - Throws: `.unknown`.
    func watch(_ descriptor: Int32, _ action: @escaping @Sendable () -> Void) throws(EngineError) -> Key {
        try watch(descriptor, Watched(action: action, isOnce: false))
    }

    /// Calls `action` once. Closing the descriptor ends the watch.
    ///
    /// - Throws: `.unknown`.
    func watchOnce(_ descriptor: Int32, _ action: @escaping @Sendable () -> Void) throws(EngineError) {
        _ = try watch(descriptor, Watched(action: action, isOnce: true))
    }

    private func watch(_ descriptor: Int32, _ watched: Watched) throws(EngineError) -> Key {
        guard poller >= 0 else { throw .unknown("when there is something to read", code: -poller) }
        let key = state.withLock { state in
            state.lastKey += 1
            state.watched[state.lastKey] = watched
            return state.lastKey
        }
        do throws(EngineError) {
            try watchAgain(key, descriptor)
        } catch {
            forget(key, descriptor)
            throw error
        }
        return key
    }

    func watchAgain(_ key: Key, _ descriptor: Int32) throws(EngineError) {
        let result = linux_poll_once(poller, descriptor, key)
        guard result == 0 else { throw .unknown("when there is something to read", code: -result) }
    }

    /// Before the descriptor is closed. An action that is being called is not waited for.
    func forget(_ key: Key, _ descriptor: Int32) {
        state.withLock { $0.watched[key] = nil }
        linux_poll_no_more(poller, descriptor)
    }

    private func wait() {
        var keys = [Key](repeating: 0, count: Self.eventCount)
        while true {
            let count = linux_wait_for_ready(poller, &keys, keys.count)
            guard count > 0 else { return }
            for key in keys.prefix(Int(count)) { action(of: key)?() }
        }
    }

    private func action(of key: Key) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard let watched = state.watched[key] else { return nil }
            if watched.isOnce { state.watched[key] = nil }
            return watched.action
        }
    }
}
