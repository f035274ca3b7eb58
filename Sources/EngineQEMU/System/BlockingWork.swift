internal import Dispatch
internal import Engine

/// Runs work that blocks, file calls for instance, on threads that no task waits for.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "holdpoint.engine.blocking", attributes: .concurrent)

    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        let result: Result<Value, EngineError> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(catching: work)) }
        }
        return try result.get()
    }
}

/// Does the same with several things at once and waits for all.
///
/// - Throws: the error of the first item, in their order, that failed.
func forEachConcurrently<Item: Sendable>(
    _ items: [Item], _ work: @escaping @Sendable (Item) async throws(EngineError) -> Void
) async throws(EngineError) {
    let failures = await withTaskGroup(of: (Int, EngineError?).self) { group in
        for (index, item) in items.enumerated() {
            group.addTask {
                do throws(EngineError) {
                    try await work(item)
                    return (index, nil)
                } catch {
                    return (index, error)
                }
            }
        }
        return await group.reduce(into: [:]) { failures, result in failures[result.0] = result.1 }
    }
    if let first = failures.min(by: { $0.key < $1.key }) { throw first.value }
}
