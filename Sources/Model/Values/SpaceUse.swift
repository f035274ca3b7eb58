/// What one resource, or a layer in quarantine, takes of the storage.
public struct SpaceUse: Sendable, Hashable {
    public let kind: ResourceKind
    public let id: String
    public let name: String
    /// Of a snapshot.
    public var volumeID = ""
    /// Of a member.
    public var serverSnapshotID = ""
    public var volumeName = ""
    public var serverSnapshotName = ""
    public let createTime: Timestamp
    /// Of the layers that it names.
    public var own = ByteCount.zero
    /// Of all layers that only it keeps.
    public var exclusive = ByteCount.zero
    /// What its deletion frees, with all that must go with it.
    public var freed = ByteCount.zero

    public init(kind: ResourceKind, id: String, name: String, createTime: Timestamp) {
        self.kind = kind
        self.id = id
        self.name = name
        self.createTime = createTime
    }
}

/// What can be asked of a list of them.
public struct SpaceFields {
    private enum Field: String, CaseIterable {
        case kind
        case id
        case name
        case volumeID = "volume_id"
        case serverSnapshotID = "server_snapshot_id"
        case own = "own_bytes"
        case exclusive = "exclusive_bytes"
        case freed = "frees_bytes"
        case createTime = "create_time"

        func value(of use: SpaceUse) -> Value {
            switch self {
            case .kind: .text(use.kind.rawValue)
            case .id: .text(use.id)
            case .name: .text(use.name)
            case .volumeID: .text(use.volumeID)
            case .serverSnapshotID: .text(use.serverSnapshotID)
            case .own: .number(use.own.bytes)
            case .exclusive: .number(use.exclusive.bytes)
            case .freed: .number(use.freed.bytes)
            case .createTime: .number(use.createTime.millisecondsSinceEpoch)
            }
        }

        /// - Throws: `INVALID_ARGUMENT` for what the field can never be.
        func value(_ text: String, _ milliseconds: (String) -> Int64?) throws(Refusal) -> Value {
            switch self {
            case .own, .exclusive, .freed:
                guard let bytes = FilterValue.number(text) else {
                    throw .invalid(field: "filter", "\(rawValue) is a number, as 512 or 10GiB, not \"\(text)\"")
                }
                return .number(bytes)
            case .createTime:
                guard let time = milliseconds(text) else {
                    throw .invalid(field: "filter", "\(rawValue) is a time like 2026-01-31T12:00:00Z, not \"\(text)\"")
                }
                return .number(time)
            case .kind:
                let kinds = SpaceUse.kinds.map(\.rawValue)
                guard kinds.contains(text) else {
                    throw .invalid(
                        field: "filter",
                        "kind is never \"\(text)\"; it is one of \(kinds.joined(separator: ", "))")
                }
                return .text(text)
            case .id, .name, .volumeID, .serverSnapshotID: return .text(text)
            }
        }
    }

    private enum Value: Comparable {
        case number(Int64)
        case text(String)
    }

    private let conditions: [(field: Field, comparison: Filter.Operator, value: Value)]
    private let order: Field
    private let isDescending: Bool

    /// - Parameter milliseconds: reads a time; nil: it is none.
    /// - Throws: `INVALID_ARGUMENT` for a field or a value that there is not.
    public init(filter: String, orderBy: String, milliseconds: (String) -> Int64?) throws(Refusal) {
        var conditions: [(Field, Filter.Operator, Value)] = []
        for condition in try Filter(parsing: filter).conditions {
            let field = try Self.field(condition.field, "filter")
            let value = try field.value(condition.value, milliseconds)
            if case .number = value, condition.comparison == .contains {
                throw .invalid(field: "filter", "\(condition.field) is not a text; ':' looks into texts only")
            }
            conditions.append((field, condition.comparison, value))
        }
        self.conditions = conditions
        let words = orderBy.split(separator: " ").map(String.init)
        guard words.count <= 2, words.count < 2 || words[1] == "desc" else {
            throw .invalid(field: "order_by", "FIELD or \"FIELD desc\" is expected, not \"\(orderBy)\"")
        }
        order = try words.first.map { name throws(Refusal) in try Self.field(name, "order_by") } ?? .freed
        isDescending = words.count == 2 || words.isEmpty
    }

    private static func field(_ name: String, _ of: String) throws(Refusal) -> Field {
        guard let field = Field(rawValue: FilterValue.snakeCase(name)) else {
            let known = Field.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid(field: of, "there is no field \"\(name)\"; there are \(known)")
        }
        return field
    }

    /// Those that fit, in the order that was asked for; equal ones by their names.
    public func apply(to uses: [SpaceUse]) -> [SpaceUse] {
        uses.filter { use in conditions.allSatisfy { holds($0.comparison, $0.field.value(of: use), $0.value) } }
            .sorted { left, right in
                let (first, second) = (order.value(of: left), order.value(of: right))
                guard first != second else { return (left.name, left.id) < (right.name, right.id) }
                return isDescending ? first > second : first < second
            }
    }

    private func holds(_ comparison: Filter.Operator, _ left: Value, _ right: Value) -> Bool {
        switch comparison {
        case .equal: return left == right
        case .notEqual: return left != right
        case .less: return left < right
        case .lessOrEqual: return left <= right
        case .greater: return left > right
        case .greaterOrEqual: return left >= right
        case .contains:
            guard case (.text(let text), .text(let part)) = (left, right) else { return false }
            return part.isEmpty || text.contains(part)
        }
    }
}

extension SpaceUse {
    fileprivate static let kinds: [ResourceKind] = [.volume, .snapshot, .serverSnapshot, .layer]
}
