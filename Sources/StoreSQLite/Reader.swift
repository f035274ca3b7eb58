internal import GRDB
internal import Store

/// What a reading thread does: runs what waits in one read transaction.
struct Reader {
    /// Reads that share a transaction; more would make the last of them wait long.
    static let maximumBatchSize = 32

    let health: StoreHealth

    /// Runs every job and answers it at once.
    func run(_ jobs: [Job<any ReadTransaction>], on pool: DatabasePool) {
        var waiting = jobs[...]
        do {
            try pool.read { connection in
                while let job = waiting.popFirst() {
                    run(job, on: connection)
                }
            }
        } catch {
            // Only beginning and ending the transaction fail here; nobody waits any more after the end.
            let reason = storeError(error)
            for job in waiting { job.finish(reason) }
        }
    }

    private func run(_ job: Job<any ReadTransaction>, on connection: Database) {
        let transaction = SQLiteTransaction(connection)
        defer { transaction.end() }
        do {
            try job.run(transaction)
            job.finish(nil)
        } catch {
            job.finish(transaction.brokenReason.map(health.fail) ?? error)
        }
    }

    private func storeError(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let fault = SQLiteFault(error)
        if case .broken(let reason) = fault { return health.fail(reason) }
        return fault.storeError
    }
}
