public import Model

/// How much of an operation is read with it.
public enum OperationDepth: Sendable {
    /// Everything: to go on with it, or to show it by itself.
    case whole
    /// Of many steps only those that a list shows, and no input.
    case listed
    /// No steps but their number, and no input: at a cost that does not grow with them.
    case alone
}

extension ReadTransaction {
    private static var operationColumns: String {
        """
        id, project_id, type, state, state_since, create_time, step_count, done_step_count, target_ids, request_id, \
        principal, problem, cancel_requested, revision, warnings, standing_consent
        """
    }

    public func operation(_ id: OperationID, _ depth: OperationDepth = .whole) throws -> Operation? {
        try operations(where: "id = ?", [.text(id.rawValue)], order: "id", limit: 1, depth).first
    }

    /// Operations that have not ended and do not wait for an administrator, oldest first; without their steps and
    /// inputs.
    public func openOperations() throws -> [Operation] {
        // The first condition is the one of the index of open operations.
        try operations(
            where: "state IN ('PENDING', 'RUNNING', 'STUCK') AND state <> 'STUCK'", [], order: "create_time, id",
            limit: nil, .alone)
    }

    func operations(
        where condition: String, _ arguments: [StoredValue], order: String, limit: Int?, _ depth: OperationDepth
    ) throws -> [Operation] {
        let tail = limit.map { " LIMIT \($0)" } ?? ""
        var operations = try rows(
            "SELECT \(Self.operationColumns) FROM operation AS this WHERE \(condition) ORDER BY \(order)\(tail)",
            arguments,
            decodeOperation)
        switch depth {
        case .alone: break
        case .listed: try fillInShownSteps(&operations)
        case .whole:
            for index in operations.indices {
                operations[index].steps = OperationSteps(try steps(of: operations[index].id))
                operations[index].input = try input(of: operations[index].id)
            }
        }
        return operations
    }

    private func decodeOperation(_ row: any StoredRow) throws -> Operation {
        var operation = Operation(
            id: try row.id(0), projectID: try row.id(1), type: try row.text(2), steps: [],
            targetIDs: try JSONColumn.value([String].self, try row.text(8)), requestID: try row.text(9),
            principal: try row.text(10), input: "",
            warnings: try JSONColumn.value([Warning].self, try row.text(14)),
            standingConsent: try row.optionalText(15).map { try JSONColumn.value(StandingConsent.self, $0) },
            at: try row.time(5))
        operation.state = try row.value(3)
        operation.stateSince = try row.time(4)
        operation.steps = OperationSteps(some: [], of: try row.int(6), doneCount: try row.int(7))
        operation.problem = try row.optionalText(11).map { try JSONColumn.value(Operation.Problem.self, $0) }
        operation.cancelRequested = try row.flag(12)
        operation.revision = try row.integer(13)
        return operation
    }

    private func input(of id: OperationID) throws -> String {
        try rows("SELECT input FROM operation_input WHERE operation_id = ?", [.text(id.rawValue)]) {
            try $0.text(0)
        }.first ?? ""
    }
}

extension WriteTransaction {
    /// Accepts an operation with its steps, all PENDING, and its input, and appends the event; sets its revision.
    public func insert(_ operation: inout Operation, by author: ChangeAuthor, at time: Timestamp) throws {
        operation.revision = try nextSequence()
        try execute(
            """
            INSERT INTO operation (id, project_id, type, state, state_since, create_time, step_count, done_step_count,
                target_ids, request_id, principal, problem, cancel_requested, revision, warnings, standing_consent)
            VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, NULL, ?, ?, ?, ?)
            """,
            [
                .text(operation.id.rawValue), .text(operation.projectID.rawValue), .text(operation.type),
                .text(operation.state.rawValue), .integer(operation.stateSince.millisecondsSinceEpoch),
                .integer(operation.createTime.millisecondsSinceEpoch), .integer(Int64(operation.steps.count)),
                .text(try JSONColumn.text(operation.targetIDs)), .text(operation.requestID),
                .text(operation.principal), .flag(operation.cancelRequested),
                .integer(operation.revision), .text(try JSONColumn.text(operation.warnings)),
                .optional(try operation.standingConsent.map { try JSONColumn.text($0) }),
            ])
        try execute(
            "INSERT INTO operation_input (operation_id, input) VALUES (?, ?)",
            [.text(operation.id.rawValue), .text(operation.input)])
        try insertSteps(of: operation)
        try appendOperationEvent(.created, &operation, by: author, at: time)
    }

    /// Writes what changes while an operation runs, those of its steps that changed, and appends the event; sets its
    /// revision.
    public func update(_ operation: inout Operation, by author: ChangeAuthor, at time: Timestamp) throws {
        if operation.state.isAtRest { note(.rest(of: operation.id)) }
        operation.revision = try nextSequence()
        try execute(
            """
            UPDATE operation SET state = ?, state_since = ?, done_step_count = ?, problem = ?, cancel_requested = ?,
                revision = ?, warnings = ? WHERE id = ?
            """,
            [
                .text(operation.state.rawValue), .integer(operation.stateSince.millisecondsSinceEpoch),
                .integer(Int64(operation.steps.count(.done))),
                .optional(try operation.problem.map { try JSONColumn.text($0) }), .flag(operation.cancelRequested),
                .integer(operation.revision), .text(try JSONColumn.text(operation.warnings)),
                .text(operation.id.rawValue),
            ])
        try updateSteps(of: operation)
        try appendOperationEvent(.updated, &operation, by: author, at: time)
    }

    /// The event holds the operation in a bounded size; see `OperationSteps.largestShownCount`.
    private func appendOperationEvent(
        _ action: EventAction, _ operation: inout Operation, by author: ChangeAuthor, at time: Timestamp
    ) throws {
        var shown = operation
        shown.steps = operation.steps.shownInEvent
        operation.steps.noteWritten()
        try appendEvent(
            operation.revision, action, of: operation.id, named: operation.type, project: operation.projectID,
            resource: shown, by: author, at: time)
    }
}
