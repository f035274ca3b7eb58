public import Model
internal import Store

extension ResourceManager {
    public func getOperation(_ reference: String, _ call: Call) async throws -> Operation {
        try await read(call) { try $0.operation(reference, in: $1, .whole) }
    }

    public func listOperations(_ query: ListQuery, _ call: Call) async throws -> Page<Operation> {
        try await list(Operation.self, query, call) { ListPlace($1) }
    }

    /// Waits until an operation has ended, or waits for an administrator, or a time is nearly over.
    ///
    /// - Returns: the operation as it is then.
    public func waitForOperation(
        _ reference: String, _ call: Call, until deadline: ContinuousClock.Instant?
    ) async throws -> Operation {
        while true {
            let changes = store.changes(of: [.rest(of: OperationID(stored: reference))])
            // Its steps, which may be many, only for the answer.
            let state = try await read(call, .fewRows) { try $0.operation(reference, in: $1, .alone).state }
            let left = deadline.map { ContinuousClock.now.duration(to: $0) - Self.answerMargin }
            if state.isAtRest || left.map({ $0 <= .zero }) == true {
                return try await getOperation(reference, call)
            }
            try Task.checkCancellation()
            await nextElement(of: changes, within: left)
        }
    }

    /// Time that an answer needs to reach a caller before its deadline.
    static var answerMargin: Duration { .milliseconds(250) }

    /// Asks an operation to stop and to undo what it did.
    ///
    /// - Returns: the operation, with the wish noted; it ends a little later.
    /// - Throws: `OPERATION_NOT_CANCELLABLE` from its point of no return on.
    public func cancelOperation(_ reference: String, _ call: Call) async throws -> Operation {
        let operation = try await getOperation(reference, call)
        let author = ChangeAuthor(principal: call.principal, source: call.source, operationID: operation.id)
        return try await runner.cancel(operation.id, by: author)
    }
}

extension ReadTransaction {
    fileprivate func operation(
        _ reference: String, in project: ProjectID, _ depth: OperationDepth
    ) throws -> Operation {
        guard let id = OperationID(reference), let operation = try operation(id, depth), operation.projectID == project
        else { throw Refusal.unknown(.operation, reference) }
        return operation
    }
}
