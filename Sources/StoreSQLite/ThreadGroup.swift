internal import Foundation

/// Named threads that can be waited for.
final class ThreadGroup: Sendable {
    private let group = DispatchGroup()

    func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        group.enter()
        let thread = Thread { [group] in
            body()
            group.leave()
        }
        thread.name = name
        thread.start()
    }

    /// Blocks until every thread has ended. May be repeated.
    func join() {
        group.wait()
    }
}
