internal import GRDB
internal import Store

/// Runs transactions of callers and commits them: several in one commit, each in a savepoint, or one alone.
///
/// Every function throws `BrokenStore` only: nobody knows then what is durable.
struct GroupCommit {
    let connection: Database
    /// The same, for what the jobs run.
    let statements: StoreConnection
    /// Room is short: ordinary jobs may not change anything.
    let isShort: Bool
    let commit: (Database) throws -> Void

    /// What became of one job.
    enum Outcome {
        /// With what it noted.
        case done(Set<ChangeTopic>)
        case failed(any Error)
        /// The disk is full; nothing of the whole transaction is left.
        case outOfSpace
    }

    /// Runs the jobs in one transaction; a job that fails loses only its own changes.
    ///
    /// - Returns: each job's outcome; nil if nothing was written, and each must be run alone.
    func commitTogether(_ jobs: some Sequence<Job<any WriteTransaction>>) throws -> [Outcome]? {
        var outcomes: [Outcome] = []
        let fault = try attempt {
            try connection.beginTransaction(.immediate)
            for job in jobs {
                outcomes.append(try runInSavepoint(job))
            }
            try commit(connection)
        }
        return fault == nil ? outcomes : nil
    }

    /// Runs one job in a transaction of its own.
    func commitAlone(_ job: Job<any WriteTransaction>) throws -> Outcome {
        var outcome = Outcome.outOfSpace
        let fault = try attempt {
            try connection.beginTransaction(.immediate)
            outcome = try run(job)
            try outcome.isDone ? commit(connection) : connection.rollback()
        }
        switch fault {
        case nil: return outcome
        case .full: return .outOfSpace
        case .some(let fault): return .failed(fault.storeError)
        }
    }

    private func runInSavepoint(_ job: Job<any WriteTransaction>) throws -> Outcome {
        try connection.cachedStatement(sql: "SAVEPOINT member").execute()
        let outcome = try run(job)
        if !outcome.isDone {
            try connection.cachedStatement(sql: "ROLLBACK TRANSACTION TO SAVEPOINT member").execute()
        }
        try connection.cachedStatement(sql: "RELEASE SAVEPOINT member").execute()
        return outcome
    }

    /// - Returns: `.failed` with what the job threw, or `.done` but for the commit.
    /// - Throws: what ends the whole transaction, whether the job passed it on or not: an error of the disk, or
    ///   `TransactionLost` once SQLite has rolled everything back.
    private func run(_ job: Job<any WriteTransaction>) throws -> Outcome {
        let transaction = SQLiteTransaction(statements, refusesChanges: isShort && job.purpose == .ordinary)
        defer { transaction.end() }
        var failure: (any Error)?
        do { try job.run(transaction) } catch { failure = error }
        if let reason = transaction.brokenReason { throw BrokenStore(reason: reason) }
        guard !transaction.ranOutOfSpace, connection.isInsideTransaction else { throw TransactionLost() }
        if let failure { return .failed(failure) }
        return transaction.wasRefused ? .failed(StoreError.storageFull) : .done(transaction.topics)
    }

    /// Runs a transaction and leaves none open.
    ///
    /// - Returns: why nothing was written; nil if `body` came to its end.
    private func attempt(_ body: () throws -> Void) throws -> SQLiteFault? {
        do {
            try body()
            return nil
        } catch is TransactionLost {
            try rollback()
            return .full
        } catch let error as DatabaseError {
            let fault = SQLiteFault(error)
            if case .broken(let reason) = fault { throw BrokenStore(reason: reason) }
            try rollback()
            return fault
        }
    }

    private func rollback() throws {
        do {
            try connection.rollback()
        } catch {
            throw BrokenStore(reason: "a transaction could not be rolled back: \(error)")
        }
    }
}

extension GroupCommit.Outcome {
    var isDone: Bool { topics != nil }

    /// What a committed job noted; nil: it is not committed.
    var topics: Set<ChangeTopic>? {
        if case .done(let topics) = self { topics } else { nil }
    }

    /// What the job's caller gets.
    var error: (any Error)? {
        switch self {
        case .done: nil
        case .failed(let error): error
        case .outOfSpace: StoreError.storageFull
        }
    }
}

/// SQLite has rolled back, or must: the disk is full.
private struct TransactionLost: Error {}
