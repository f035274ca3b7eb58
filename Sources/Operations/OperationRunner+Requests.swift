public import Model
public import Store

/// Each wish in two halves, so that a caller can note it in a transaction of its own (with the request's id and its
/// answer) and act on it once that is committed.
extension OperationRunner {
    /// Asks an operation to stop and to undo what it did. Returns before it has.
    ///
    /// - Returns: the operation, with the wish noted; unchanged if it is being undone already.
    /// - Throws: `Refusal` NOT_FOUND, OPERATION_NOT_CANCELLABLE; `StoreError`.
    public func cancel(_ id: OperationID, by author: ChangeAuthor) async throws -> Operation {
        let now = now()
        let operation = try await store.write(for: .freeing) {
            try self.noteCancellation(of: id, in: $0, by: author, at: now)
        }
        interrupt(id)
        return operation
    }

    /// Lets a stuck operation go on where it was.
    ///
    /// - Returns: the operation, running.
    /// - Throws: `Refusal` NOT_FOUND, STATE_FORBIDS (it is not stuck); `StoreError`.
    public func resume(_ id: OperationID, by author: ChangeAuthor) async throws -> Operation {
        let now = now()
        let operation = try await store.write(for: .freeing) {
            try self.noteResumption(of: id, in: $0, by: author, at: now)
        }
        start(id)
        return operation
    }

    /// Notes the wish to cancel; call `interrupt` once it is committed.
    ///
    /// - Throws: as `cancel`.
    public func noteCancellation(
        of id: OperationID, in transaction: any WriteTransaction, by author: ChangeAuthor, at now: Timestamp
    ) throws -> Operation {
        let operation = try known(id, in: transaction)
        let traits = try definition(of: operation).traits
        guard var changed = try OperationRequests.cancelled(operation, traits: traits) else { return operation }
        try transaction.update(&changed, by: author, at: now)
        return changed
    }

    /// Notes the wish to go on; call `start` once it is committed.
    ///
    /// - Throws: as `resume`.
    public func noteResumption(
        of id: OperationID, in transaction: any WriteTransaction, by author: ChangeAuthor, at now: Timestamp
    ) throws -> Operation {
        var operation = try OperationRequests.resumed(known(id, in: transaction), at: now)
        try transaction.update(&operation, by: author, at: now)
        return operation
    }

    /// Makes an operation look at a noted cancellation soon: a step that is under way has its task cancelled.
    public func interrupt(_ id: OperationID) {
        running.cancel(id)
    }

    private func known(_ id: OperationID, in transaction: any WriteTransaction) throws -> Operation {
        guard let operation = try transaction.operation(id) else {
            throw Refusal(.notFound, "there is no operation \(id)")
        }
        return operation
    }
}
