public import Logging
public import Model
public import Store

/// Runs accepted operations step by step, such that a crash at any point is made good after the next start.
///
/// An operation is accepted by inserting its row (`PENDING`, with all its steps) in the transaction of the call that
/// wants it; once that is committed, `start` is called. Everything that must last is in the store: before a step it
/// says STARTED, after it DONE, and the last DONE, the definition's `complete` and SUCCEEDED are one transaction. An
/// operation of n steps takes n + 1 commits.
public final class OperationRunner: Sendable {
    /// How long a runner keeps trying; the values are a daemon's.
    public struct Configuration: Sendable {
        /// For steps from the point of no return on that have no policy of their own; afterwards the operation is
        /// STUCK.
        public var forwardAttempts = RetryPolicy.backoff(attempts: 12, from: .seconds(1), to: .seconds(60))
        /// For each undo; afterwards the operation is STUCK.
        public var undoAttempts = RetryPolicy.backoff(attempts: 4, from: .seconds(1), to: .seconds(10))
        /// Pauses while the store has no room; it is tried until it has.
        public var storageFullPauses = RetryPolicy.backoff(attempts: .max, from: .milliseconds(100), to: .seconds(15))
        /// How a pause is made.
        public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

        public init() {}
    }

    let store: any MetadataStore
    let catalog: OperationCatalog
    let configuration: Configuration
    let logger: Logger
    let now: @Sendable () -> Timestamp
    let explain: @Sendable (any Error, String) -> Operation.Problem
    let running = RunningOperations()

    /// - Parameters:
    ///   - catalog: a definition for every type of operation that the store may hold.
    ///   - now: the wall clock.
    ///   - explain: tells users what an error of a step (second argument: its name) means.
    public init(
        store: any MetadataStore, catalog: OperationCatalog, configuration: Configuration = Configuration(),
        logger: Logger, now: @escaping @Sendable () -> Timestamp,
        explain: @escaping @Sendable (any Error, String) -> Operation.Problem
    ) {
        self.store = store
        self.catalog = catalog
        self.configuration = configuration
        self.logger = logger
        self.now = now
        self.explain = explain
    }

    /// Takes an operation up, once the transaction that accepted or resumed it is committed. Safe to repeat. Does
    /// nothing while the runner drains: the operation is taken up after the next start.
    public func start(_ id: OperationID) {
        guard running.begin(id) else { return }
        Task {
            repeat {
                await OperationCourse(id: id, runner: self).run()
            } while running.end(id)
        }
    }

    /// Takes up every operation that an earlier process left open. Call once at the start.
    ///
    /// - Returns: how many there are.
    /// - Throws: `StoreError`.
    @discardableResult
    public func recover() async throws -> Int {
        let open = try await store.read { try $0.openOperations() }
        for operation in open {
            logger.info("taking up an operation", metadata: .operation(operation))
            start(operation.id)
        }
        return open.count
    }

    /// Lets every step under way end, starts no further one, and returns when no task is left. Operations that have not
    /// ended go on after the next start. The runner cannot be used any more.
    public func drain() async {
        running.drain()
        await running.waitUntilIdle()
    }

    /// Returns once no operation runs here: all have ended, or are stuck.
    public func waitUntilIdle() async {
        await running.waitUntilIdle()
    }

    /// Whether it starts nothing any more.
    public var isDraining: Bool { running.isDraining }

    func definition(of operation: Operation) throws -> OperationDefinition {
        guard let definition = try catalog[operation.type]?(operation), definition.fits(operation) else {
            throw UnknownDefinition(operation)
        }
        return definition
    }
}

extension Logger.Metadata {
    static func operation(_ operation: Operation) -> Logger.Metadata {
        ["operation": "\(operation.id)", "type": "\(operation.type)"]
    }
}
