public import Model

extension ReadTransaction {
    private static var operationColumns: String {
        """
        id, project_id, type, state, state_since, create_time, steps, target_ids, request_id, principal, input, \
        problem, cancel_requested, revision, warnings, standing_consent
        """
    }

    public func operation(_ id: OperationID) throws -> Operation? {
        try operations(where: "id = ?", [.text(id.rawValue)], order: "id", limit: 1).first
    }

    /// Operations that have not ended and do not wait for an administrator, oldest first.
    public func openOperations() throws -> [Operation] {
        try operations(where: "state IN ('PENDING', 'RUNNING')", [], order: "create_time, id", limit: nil)
    }

    /// How many operations are in these states.
    public func operationCount(in states: [Operation.State]) throws -> Int {
        let places = states.map { _ in "?" }.joined(separator: ", ")
        return try rows(
            "SELECT COUNT(*) FROM operation WHERE state IN (\(places))", states.map { .text($0.rawValue) }
        ) { try $0.int(0) }.first ?? 0
    }

    func operations(
        where condition: String, _ arguments: [StoredValue], order: String, limit: Int?
    ) throws -> [Operation] {
        let tail = limit.map { " LIMIT \($0)" } ?? ""
        return try rows(
            "SELECT \(Self.operationColumns) FROM operation AS this WHERE \(condition) ORDER BY \(order)\(tail)",
            arguments,
            decodeOperation)
    }

    private func decodeOperation(_ row: any StoredRow) throws -> Operation {
        var operation = Operation(
            id: try row.id(0), projectID: try row.id(1), type: try row.text(2),
            steps: try JSONColumn.value([Operation.Step].self, try row.text(6)),
            targetIDs: try JSONColumn.value([String].self, try row.text(7)), requestID: try row.text(8),
            principal: try row.text(9), input: try row.text(10),
            warnings: try JSONColumn.value([Warning].self, try row.text(14)),
            standingConsent: try row.optionalText(15).map { try JSONColumn.value(StandingConsent.self, $0) },
            at: try row.time(5))
        operation.state = try row.value(3)
        operation.stateSince = try row.time(4)
        operation.problem = try row.optionalText(11).map { try JSONColumn.value(Operation.Problem.self, $0) }
        operation.cancelRequested = try row.flag(12)
        operation.revision = try row.integer(13)
        return operation
    }
}

extension WriteTransaction {
    /// Accepts an operation and appends the event; sets its revision.
    public func insert(_ operation: inout Operation, by author: ChangeAuthor, at time: Timestamp) throws {
        operation.revision = try nextSequence()
        try execute(
            """
            INSERT INTO operation (id, project_id, type, state, state_since, create_time, steps, target_ids, request_id,
                principal, input, problem, cancel_requested, revision, warnings, standing_consent)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(operation.id.rawValue), .text(operation.projectID.rawValue), .text(operation.type),
                .text(operation.state.rawValue), .integer(operation.stateSince.millisecondsSinceEpoch),
                .integer(operation.createTime.millisecondsSinceEpoch), .text(try JSONColumn.text(operation.steps)),
                .text(try JSONColumn.text(operation.targetIDs)), .text(operation.requestID),
                .text(operation.principal), .text(operation.input), .null, .flag(operation.cancelRequested),
                .integer(operation.revision), .text(try JSONColumn.text(operation.warnings)),
                .optional(try operation.standingConsent.map { try JSONColumn.text($0) }),
            ])
        try appendEvent(
            operation.revision, .created, of: operation.id, project: operation.projectID, resource: operation,
            by: author, at: time)
    }

    /// Writes what changes while an operation runs and appends the event; sets its revision.
    public func update(_ operation: inout Operation, by author: ChangeAuthor, at time: Timestamp) throws {
        operation.revision = try nextSequence()
        try execute(
            """
            UPDATE operation SET state = ?, state_since = ?, steps = ?, problem = ?, cancel_requested = ?, revision = ?,
                warnings = ? WHERE id = ?
            """,
            [
                .text(operation.state.rawValue), .integer(operation.stateSince.millisecondsSinceEpoch),
                .text(try JSONColumn.text(operation.steps)),
                .optional(try operation.problem.map { try JSONColumn.text($0) }), .flag(operation.cancelRequested),
                .integer(operation.revision), .text(try JSONColumn.text(operation.warnings)),
                .text(operation.id.rawValue),
            ])
        try appendEvent(
            operation.revision, .updated, of: operation.id, project: operation.projectID, resource: operation,
            by: author, at: time)
    }
}
