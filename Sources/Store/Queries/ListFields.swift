internal import Model

/// What a kind's list can be filtered and ordered by.
struct ListFields {
    enum Form {
        case text
        case integer
        case time
    }

    /// SQL expression over the row `this`, by the field's name in the messages.
    let fields: [String: (expression: String, form: Form)]
    let orders: Set<String>
    /// Labels can be asked for as `labels.KEY`.
    let hasLabels: Bool

    static let common: [String: (expression: String, form: Form)] = [
        "id": ("this.id", .text),
        "name": ("this.name", .text),
        "state": ("this.state", .text),
        "create_time": ("this.create_time", .time),
    ]

    static let server = ListFields(
        fields: common.merging(["kind": ("this.kind", .text)]) { $1 }, orders: ["name", "create_time", "id"],
        hasLabels: true)

    static let volume = ListFields(
        fields: common.merging([
            "size_bytes": ("this.size_bytes", .integer),
            "server_id": ("COALESCE(this.server_id, '')", .text),
            "source_snapshot_id": ("COALESCE(this.source_snapshot_id, '')", .text),
        ]) { $1 }, orders: ["name", "create_time", "size_bytes", "id"], hasLabels: true)

    static let snapshot = ListFields(
        fields: common.merging([
            "volume_id": ("this.volume_id", .text),
            "server_snapshot_id": ("COALESCE(this.server_snapshot_id, '')", .text),
            "size_bytes": ("this.size_bytes", .integer),
            "consistency": ("this.consistency", .text),
            "cut_time": ("COALESCE(this.cut_time, 0)", .time),
        ]) { $1 }, orders: ["name", "create_time", "id"], hasLabels: true)

    static let serverSnapshot = ListFields(
        fields: common.merging([
            "server_id": ("this.server_id", .text),
            "consistency": ("this.consistency", .text),
            "cut_time": ("COALESCE(this.cut_time, 0)", .time),
        ]) { $1 }, orders: ["name", "create_time", "id"], hasLabels: true)

    static let operation = ListFields(
        fields: [
            "id": ("this.id", .text), "kind": ("this.type", .text), "state": ("this.state", .text),
            "create_time": ("this.create_time", .time),
        ], orders: ["create_time", "id"], hasLabels: false)
}

extension ListFields {
    /// The filter as an SQL condition.
    ///
    /// - Throws: `INVALID_ARGUMENT` for a field that this kind does not have, or a value of the wrong form.
    func condition(_ filter: Filter) throws(Refusal) -> (sql: String, arguments: [StoredValue]) {
        var parts: [String] = []
        var arguments: [StoredValue] = []
        for condition in filter.conditions {
            let field = try lookUp(condition.field)
            if let key = field.labelKey { arguments.append(.text(key)) }
            let value = try parse(condition, field.form)
            if condition.comparison == .contains {
                guard case .text = value else {
                    throw .invalid(field: "filter", "\(condition.field) is not a text; ':' looks into texts only")
                }
                parts.append("instr(\(field.expression), ?) > 0")
            } else {
                parts.append("\(field.expression) \(condition.comparison.rawValue) ?")
            }
            arguments.append(value)
        }
        return (parts.isEmpty ? "TRUE" : parts.joined(separator: " AND "), arguments)
    }

    private func lookUp(_ name: String) throws(Refusal) -> (expression: String, form: Form, labelKey: String?) {
        let snake = Self.snakeCase(name)
        if let field = fields[snake] { return (field.expression, field.form, nil) }
        if hasLabels, name.hasPrefix("labels."), name.utf8.count > "labels.".utf8.count {
            // The key is an argument, never part of the statement.
            let expression = "COALESCE((SELECT value FROM json_each(this.labels) WHERE key = ?), '')"
            return (expression, .text, String(name.dropFirst("labels.".count)))
        }
        let known = fields.keys.sorted().joined(separator: ", ") + (hasLabels ? ", labels.KEY" : "")
        throw .invalid(field: "filter", "there is no field \"\(name)\" to filter by; there are \(known)")
    }

    private func parse(_ condition: Filter.Condition, _ form: Form) throws(Refusal) -> StoredValue {
        switch form {
        case .text: return .text(condition.value)
        case .integer:
            guard let number = Int64(condition.value) else {
                throw .invalid(field: "filter", "\(condition.field) is a number, not \"\(condition.value)\"")
            }
            return .integer(number)
        case .time:
            guard let time = RFC3339.milliseconds(condition.value) else {
                throw .invalid(
                    field: "filter",
                    "\(condition.field) is a time like 2026-01-31T12:00:00Z, not \"\(condition.value)\"")
            }
            return .integer(time)
        }
    }

    /// `sizeBytes`, as JSON has it, is as good as `size_bytes`.
    static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { result, character in
            if character.isUppercase { result += "_" + character.lowercased() } else { result.append(character) }
        }
    }
}
