internal import Model

/// What a kind's list can be filtered and ordered by.
public struct ListFields: Sendable {
    enum Form: Sendable {
        case text
        case integer
        case time
    }

    struct Field: Sendable {
        /// SQL over the row `this`.
        let expression: String
        let form: Form
        /// The column with an index by which few rows have each value.
        var narrowColumn: String?
        /// All that it can be; nil: anything.
        var values: [String]?

        init(_ expression: String, _ form: Form, narrow narrowColumn: String? = nil) {
            self.expression = expression
            self.form = form
            self.narrowColumn = narrowColumn
        }

        /// One of a few words.
        init<Value: CaseIterable & RawRepresentable<String>>(_ expression: String, of _: Value.Type) {
            self.init(expression, .text)
            values = Value.allCases.map(\.rawValue)
        }
    }

    /// By the fields' names in the messages.
    let fields: [String: Field]
    /// The columns that a list is ordered by, before the id; each has an index.
    let orders: [String: [ListOrder.Column]]
    /// Labels can be asked for as `labels.KEY`.
    let hasLabels: Bool

    private static let common = [
        "id": Field("this.id", .text, narrow: "this.id"),
        "name": Field(name, .text),
        "create_time": Field("this.create_time", .time),
    ]
    private static let byTime = [ListOrder.Column(expression: "this.create_time", isText: false)]
    private static let orders = [
        "id": [], "create_time": byTime, "name": [ListOrder.Column(expression: name, isText: true)] + byTime,
    ]
    /// Many resources may bear one name: they lie together, in the order of time.
    static let name = "this.name"

    /// What every resource has.
    static let named = ListFields(fields: common, orders: orders, hasLabels: true)

    static let server = ListFields(
        fields: common.merging([
            "kind": Field("this.kind", of: Server.Kind.self), "state": Field("this.state", of: Server.State.self),
        ]) { $1 }, orders: orders, hasLabels: true)

    static let volume = ListFields(
        fields: common.merging([
            "state": Field("this.state", of: Volume.State.self),
            "size_bytes": Field("this.size_bytes", .integer),
            "server_id": Field("COALESCE(this.server_id, '')", .text, narrow: "this.server_id"),
            "source_snapshot_id": Field("COALESCE(this.source_snapshot_id, '')", .text),
        ]) { $1 },
        orders: orders.merging(["size_bytes": [.init(expression: "this.size_bytes", isText: false)]]) { $1 },
        hasLabels: true)

    static let snapshot = ListFields(
        fields: common.merging([
            "state": Field("this.state", of: VolumeSnapshot.State.self),
            "volume_id": Field("this.volume_id", .text, narrow: "this.volume_id"),
            "server_snapshot_id": Field(
                "COALESCE(this.server_snapshot_id, '')", .text, narrow: "this.server_snapshot_id"),
            "size_bytes": Field("this.size_bytes", .integer),
            "consistency": Field("this.consistency", of: Consistency.self),
            "cut_time": Field("COALESCE(this.cut_time, 0)", .time),
        ]) { $1 }, orders: orders, hasLabels: true)

    static let serverSnapshot = ListFields(
        fields: common.merging([
            "state": Field("this.state", of: ServerSnapshot.State.self),
            "server_id": Field("this.server_id", .text, narrow: "this.server_id"),
            "consistency": Field("this.consistency", of: Consistency.self),
            "cut_time": Field("COALESCE(this.cut_time, 0)", .time),
        ]) { $1 }, orders: orders, hasLabels: true)

    static let operation = ListFields(
        fields: [
            "id": Field("this.id", .text, narrow: "this.id"), "kind": Field("this.type", .text),
            "state": Field("this.state", of: Operation.State.self),
            "create_time": Field("this.create_time", .time),
        ], orders: ["create_time": byTime, "id": []], hasLabels: false)
}

/// One condition of a list's filter, in SQL.
struct ListCondition {
    let field: ListFields.Field
    let comparison: Filter.Operator
    let arguments: [StoredValue]
    /// The field is equal to a value that few rows have.
    let isNarrow: Bool

    init(_ field: ListFields.Field, _ comparison: Filter.Operator, _ arguments: [StoredValue]) {
        self.field = field
        self.comparison = comparison
        self.arguments = arguments
        // The empty text stands for none, which many have.
        isNarrow = field.narrowColumn != nil && comparison == .equal && arguments.last != .text("")
    }

    var sql: String {
        if isNarrow, let column = field.narrowColumn { return "\(column) = ?" }
        if comparison == .contains { return "instr(\(field.expression), ?) > 0" }
        return "\(field.expression) \(comparison.rawValue) ?"
    }

    var isOneName: Bool { field.expression == ListFields.name && comparison == .equal }
}

extension ListFields {
    /// The filter's conditions in SQL.
    ///
    /// - Throws: `INVALID_ARGUMENT` for a field that this kind does not have, or a value of the wrong form.
    func conditions(_ filter: Filter) throws(Refusal) -> [ListCondition] {
        var conditions: [ListCondition] = []
        for condition in filter.conditions {
            let (field, labelKey) = try lookUp(condition.field)
            let value = try parse(condition, field)
            if condition.comparison == .contains, field.form != .text {
                throw .invalid(field: "filter", "\(condition.field) is not a text; ':' looks into texts only")
            }
            conditions.append(
                ListCondition(field, condition.comparison, (labelKey.map { [.text($0)] } ?? []) + [value]))
        }
        return conditions
    }

    private func lookUp(_ name: String) throws(Refusal) -> (field: Field, labelKey: String?) {
        if let field = fields[FilterValue.snakeCase(name)] { return (field, nil) }
        if hasLabels, name.hasPrefix("labels."), name.utf8.count > "labels.".utf8.count {
            // The key is an argument, never part of the statement.
            let expression = "COALESCE((SELECT value FROM json_each(this.labels) WHERE key = ?), '')"
            return (Field(expression, .text), String(name.dropFirst("labels.".count)))
        }
        let known = fields.keys.sorted().joined(separator: ", ") + (hasLabels ? ", labels.KEY" : "")
        throw .invalid(field: "filter", "there is no field \"\(name)\" to filter by; there are \(known)")
    }

    private func parse(_ condition: Filter.Condition, _ field: Field) throws(Refusal) -> StoredValue {
        switch field.form {
        case .text:
            // A part of a word may be looked for.
            if let values = field.values, condition.comparison != .contains, !values.contains(condition.value) {
                throw .invalid(
                    field: "filter",
                    "\(condition.field) is never \"\(condition.value)\"; it is one of \(values.joined(separator: ", "))"
                )
            }
            return .text(condition.value)
        case .integer:
            guard let number = FilterValue.number(condition.value) else {
                throw .invalid(
                    field: "filter", "\(condition.field) is a number, as 512 or 10GiB, not \"\(condition.value)\"")
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
}
