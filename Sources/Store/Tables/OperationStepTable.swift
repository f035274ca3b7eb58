internal import Model

extension ReadTransaction {
    private static var stepColumns: String { "name, state, message, may_have_run" }

    private func decodeStep(_ row: any StoredRow) throws -> Operation.Step {
        var step = Operation.Step(name: try row.text(0), state: try row.value(1), message: try row.text(2))
        step.mayHaveRun = try row.optionalInteger(3).map { $0 != 0 }
        return step
    }

    /// All of an operation's steps, in order.
    func steps(of operation: OperationID) throws -> [Operation.Step] {
        try rows(
            "SELECT \(Self.stepColumns) FROM operation_step WHERE operation_id = ? ORDER BY position",
            [.text(operation.rawValue)], decodeStep)
    }

    /// Gives operations the steps that a list shows: all of a few, and of many those that are neither PENDING nor DONE.
    func fillInShownSteps(_ operations: inout [Operation]) throws {
        let isShort = { (operation: Operation) in operation.steps.total <= OperationSteps.largestShownCount }
        let all = try steps(of: operations.filter(isShort))
        for index in operations.indices {
            let (id, steps) = (operations[index].id, operations[index].steps)
            // More of them than of operations in work there never are: a query each.
            let shown = try isShort(operations[index]) ? all[id] ?? [] : unusualSteps(of: id)
            operations[index].steps =
                shown.count == steps.total
                ? OperationSteps(shown) : OperationSteps(some: shown, of: steps.total, doneCount: steps.count(.done))
        }
    }

    private func steps(of operations: [Operation]) throws -> [OperationID: [Operation.Step]] {
        let found: [(OperationID, Operation.Step)] = try rows(
            """
            SELECT \(Self.stepColumns), operation_id FROM operation_step
            WHERE operation_id IN (SELECT value FROM json_each(?)) ORDER BY operation_id, position
            """, [try StoredJSON.list(operations.map(\.id.rawValue))]
        ) { (try $0.id(4), try decodeStep($0)) }
        return found.reduce(into: [:]) { $0[$1.0, default: []].append($1.1) }
    }

    private func unusualSteps(of operation: OperationID) throws -> [Operation.Step] {
        try rows(
            """
            SELECT \(Self.stepColumns) FROM operation_step
            WHERE operation_id = ? AND state NOT IN ('PENDING', 'DONE') ORDER BY position LIMIT ?
            """, [.text(operation.rawValue), .integer(Int64(OperationSteps.largestShownCount))], decodeStep)
    }
}

extension WriteTransaction {
    /// One statement for all steps, which are PENDING.
    func insertSteps(of operation: Operation) throws {
        try execute(
            """
            INSERT INTO operation_step (operation_id, position, name, state, message)
            SELECT ?, key, value, 'PENDING', '' FROM json_each(?)
            """, [.text(operation.id.rawValue), try StoredJSON.list(operation.steps.map(\.name))])
    }

    /// Writes the steps that changed.
    func updateSteps(of operation: Operation) throws {
        for position in operation.steps.changed.sorted() {
            let step = operation.steps[position]
            try execute(
                """
                UPDATE operation_step SET state = ?, message = ?, may_have_run = ?
                WHERE operation_id = ? AND position = ?
                """,
                [
                    .text(step.state.rawValue), .text(step.message), step.mayHaveRun.map { .flag($0) } ?? .null,
                    .text(operation.id.rawValue), .integer(Int64(position)),
                ])
        }
    }
}
