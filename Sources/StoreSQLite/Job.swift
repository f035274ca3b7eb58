internal import Store

/// One caller's transaction, without its result's type.
struct Job<Transaction> {
    let purpose: WritePurpose
    /// Runs the body and keeps its result; may be repeated.
    let run: (Transaction) throws -> Void
    /// Answers the caller with the error, or with the last run's result. Called once.
    let finish: ((any Error)?) -> Void

    init<Result: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (Transaction) throws -> Result,
        _ continuation: CheckedContinuation<Result, any Error>
    ) {
        self.purpose = purpose
        let kept = KeptResult<Result>()
        run = { kept.value = try body($0) }
        finish = { error in
            if let error {
                continuation.resume(throwing: error)
            } else if let value = kept.value {
                continuation.resume(returning: value)
            } else {
                continuation.resume(throwing: StoreError.unusable("a transaction was not run"))
            }
        }
    }
}

/// Holds what a body returned until it is durable.
private final class KeptResult<Value> {
    var value: Value?
}
