public import Model

extension Listed where Self: StoredResource {
    public static var listedTable: String { table }
    public static var listFields: ListFields { .named }

    public static func listed(
        where condition: String, _ arguments: [StoredValue], order: String, limit: Int,
        in transaction: any ReadTransaction
    ) throws -> [Self] {
        try transaction.select(condition, arguments, order: order, limit: limit)
    }

    public var listID: String { id.rawValue }

    public func orderValues(_ field: String) -> [StoredValue] { commonOrderValues(field) }

    public var approximateByteCount: Int {
        let fixed = 512
        let labels = header.labels.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 8 }
        return fixed + header.description.utf8.count + labels
    }

    func commonOrderValues(_ field: String) -> [StoredValue] {
        let time = StoredValue.integer(header.createTime.millisecondsSinceEpoch)
        return switch field {
        case "name": [.text(header.name), time]
        case "id": []
        default: [time]
        }
    }
}

extension Server: Listed {
    public static var listFields: ListFields { .server }
}

extension Volume: Listed {
    public static var listFields: ListFields { .volume }

    public func orderValues(_ field: String) -> [StoredValue] {
        field == "size_bytes" ? [.integer(size.bytes)] : commonOrderValues(field)
    }
}

extension VolumeSnapshot: Listed {
    public static var listFields: ListFields { .snapshot }
}

extension ServerSnapshot: Listed {
    public static var listFields: ListFields { .serverSnapshot }
}

extension Operation: Listed {
    public static var listFields: ListFields { .operation }

    public static var listedTable: String { "operation" }

    public static func listed(
        where condition: String, _ arguments: [StoredValue], order: String, limit: Int,
        in transaction: any ReadTransaction
    ) throws -> [Operation] {
        try transaction.operations(where: condition, arguments, order: order, limit: limit, .listed)
    }

    public func orderValues(_ field: String) -> [StoredValue] {
        field == "id" ? [] : [.integer(createTime.millisecondsSinceEpoch)]
    }

    public var listID: String { id.rawValue }
    public var approximateByteCount: Int { 1_024 + steps.count * 64 }
}
