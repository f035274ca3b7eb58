public import Model
public import Store

extension OperationRunner {
    /// Asks an operation to stop and to undo what it did. Returns before it has: a step that is under way has its task
    /// cancelled.
    ///
    /// - Returns: the operation, with the wish noted; unchanged if it is being undone already.
    /// - Throws: `Refusal` NOT_FOUND, OPERATION_NOT_CANCELLABLE; `StoreError`.
    public func cancel(_ id: OperationID, by author: ChangeAuthor) async throws -> Operation {
        let now = now()
        // What it is made of does not change; of many steps it takes a while to make.
        let accepted = try await store.read { try $0.operation(id) }
        let traits = try accepted.map { try definition(of: $0).traits }
        let operation = try await store.write(for: .freeing) {
            try self.noteCancellation(of: id, traits ?? [], in: $0, by: author, at: now)
        }
        running.cancel(id)
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

    private func noteCancellation(
        of id: OperationID, _ traits: [OperationPlan.StepTraits], in transaction: any WriteTransaction,
        by author: ChangeAuthor, at now: Timestamp
    ) throws -> Operation {
        let operation = try known(id, in: transaction)
        guard var changed = try OperationRequests.cancelled(operation, traits: traits) else { return operation }
        try transaction.update(&changed, by: author, at: now)
        return changed
    }

    /// Notes the wish to go on, in a caller's transaction; call `start` once that is committed.
    ///
    /// - Throws: as `resume`.
    public func noteResumption(
        of id: OperationID, in transaction: any WriteTransaction, by author: ChangeAuthor, at now: Timestamp
    ) throws -> Operation {
        var operation = try OperationRequests.resumed(known(id, in: transaction), at: now)
        try transaction.update(&operation, by: author, at: now)
        return operation
    }

    private func known(_ id: OperationID, in transaction: any WriteTransaction) throws -> Operation {
        guard let operation = try transaction.operation(id) else {
            throw Refusal(.notFound, "there is no operation \(id)")
        }
        return operation
    }
}
