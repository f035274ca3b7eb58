internal import GRDB
internal import Logging
internal import Store
internal import Synchronization

/// What the writing thread does: group commit, the disk's being full, and checkpoints. Lives on that thread.
final class Writer {
    /// Writes that share a commit.
    static let maximumGroupSize = 128
    /// Changed rows after which the log is copied into the database: some 20 MiB, of the 64 that are kept for it.
    static let checkpointRowCount = 8_000
    /// The same while room is short: the log's own room must last.
    static let checkpointRowCountWhenShort = 200

    private let statements: StoreConnection
    private let reserve: SpaceReserve
    private var isShort = false
    private let health: StoreHealth
    private let signal: ChangeSignal
    private let statistics: WriterStatistics
    private let logger: Logger
    private let commit: (Database) throws -> Void
    private var rowCountAtCheckpoint = 0

    /// - Parameter statements: the writing connection.
    init(
        statements: StoreConnection, reserve: SpaceReserve, health: StoreHealth, signal: ChangeSignal,
        statistics: WriterStatistics, logger: Logger,
        commit: @escaping (Database) throws -> Void
    ) {
        self.statements = statements
        self.reserve = reserve
        self.health = health
        self.signal = signal
        self.statistics = statistics
        self.logger = logger
        self.commit = commit
    }

    /// Commits the jobs, in their order, and answers each once what it may have seen is durable.
    func run(_ jobs: [Job<any WriteTransaction>], on connection: Database) {
        assertMayWait()
        var waiting = jobs[...]
        do {
            try health.check()
            try noteRoom(connection)
            let topics = try answer(&waiting, on: connection)
            signal.send(topics)
            try reserve.renew(connection)
            try checkpointIfDue(connection)
        } catch {
            let reason = (error as? BrokenStore).map { health.fail($0.reason) } ?? error
            for job in waiting { job.finish(reason) }
        }
    }

    /// Together if possible; one by one if not, so that only who is to blame fails.
    ///
    /// - Returns: what was noted by those that are committed.
    private func answer(
        _ waiting: inout ArraySlice<Job<any WriteTransaction>>, on connection: Database
    ) throws -> Set<ChangeTopic> {
        let group = GroupCommit(connection: connection, statements: statements, isShort: isShort, commit: commit)
        var topics: Set<ChangeTopic> = []
        if waiting.count > 1, let outcomes = try group.commitTogether(waiting) {
            statistics.countCommit()
            for outcome in outcomes { finish(&waiting, outcome, &topics) }
        }
        while let job = waiting.first {
            let outcome = try group.commitAlone(job)
            if outcome.isDone { statistics.countCommit() }
            finish(&waiting, outcome, &topics)
        }
        return topics
    }

    private func finish(
        _ waiting: inout ArraySlice<Job<any WriteTransaction>>, _ outcome: GroupCommit.Outcome,
        _ topics: inout Set<ChangeTopic>
    ) {
        topics.formUnion(outcome.topics ?? [])
        waiting.popFirst()?.finish(outcome.error)
    }

    /// Looks how much room there is; when it gets short, the log is emptied, so that all its room is there.
    private func noteRoom(_ connection: Database) throws {
        guard reserve.isShort != isShort else { return }
        isShort.toggle()
        guard isShort else { return logger.notice("there is room again: the metadata store takes every change") }
        logger.warning("room is short: the metadata store takes only changes that free some")
        try checkpoint(connection)
    }

    private func checkpointIfDue(_ connection: Database) throws {
        let limit = isShort ? Self.checkpointRowCountWhenShort : Self.checkpointRowCount
        guard connection.totalChangesCount - rowCountAtCheckpoint >= limit else { return }
        try checkpoint(connection)
    }

    private func checkpoint(_ connection: Database) throws {
        rowCountAtCheckpoint = connection.totalChangesCount
        do {
            try connection.checkpoint(.passive)
        } catch let error as DatabaseError {
            // Everything is still in the log; only a disk that fails must not be trusted any further.
            if case .broken(let reason) = SQLiteFault(error) { throw BrokenStore(reason: reason) }
            logger.warning("the metadata store's log could not be copied", metadata: ["reason": "\(error)"])
        }
    }
}

/// What is durable is unknown.
struct BrokenStore: Error {
    let reason: String
}

/// Figures of the writer, for statistics and tests.
final class WriterStatistics: Sendable {
    private let commits = Atomic(0)

    func countCommit() {
        commits.wrappingAdd(1, ordering: .relaxed)
    }

    var commitCount: Int { commits.load(ordering: .relaxed) }
}
