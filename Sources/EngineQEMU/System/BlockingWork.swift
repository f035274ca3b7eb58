internal import Engine

/// Runs work that blocks on threads that no task waits for.
enum BlockingWork {
    /// File calls, looks at processes. So many that a disk that does not answer keeps only those that ask it.
    private static let files = WorkerThreads("engine", limit: 64)
    /// Programs that are run to their ends, which can take minutes.
    private static let programs = WorkerThreads("programs", limit: 8)

    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        try await run(on: files, work)
    }

    /// For what runs a program: it waits for others of the kind, and keeps nobody else waiting.
    static func runProgram<Value: Sendable>(
        _ work: @escaping @Sendable () throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        try await run(on: programs, work)
    }

    private static func run<Value: Sendable>(
        on threads: WorkerThreads, _ work: @escaping @Sendable () throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        let result: Result<Value, EngineError> = await withCheckedContinuation { continuation in
            threads.run { continuation.resume(returning: Result(catching: work)) }
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
