internal import Store

/// What a reading thread does: one read after the other, each as soon as a thread is free. They are not taken in
/// batches: what is short is looked up where it is (`LookUps`), and behind something long nobody should wait while
/// another thread sleeps.
struct Reader {
    let connection: ReadConnection

    /// Runs the job and answers it.
    func run(_ job: Job<any ReadTransaction>) {
        do {
            try connection.read { try job.run($0) }
            job.finish(nil)
        } catch {
            job.finish(error)
        }
    }
}
