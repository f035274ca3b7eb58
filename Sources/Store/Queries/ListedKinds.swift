public import Model

extension ListFields {
    static func of<Element: Listed>(_: Element.Type) -> ListFields {
        switch Element.self {
        case is Server.Type: server
        case is Volume.Type: volume
        case is VolumeSnapshot.Type: snapshot
        case is ServerSnapshot.Type: serverSnapshot
        default: operation
        }
    }
}

extension Listed where Self: StoredResource {
    public static var listedTable: String { table }

    public static func listed(
        where condition: String, _ arguments: [StoredValue], order: String, limit: Int,
        in transaction: any ReadTransaction
    ) throws -> [Self] {
        try transaction.select(condition, arguments, order: order, limit: limit)
    }

    public var listID: String { id.rawValue }

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
    public func orderValues(_ field: String) -> [StoredValue] { commonOrderValues(field) }
}

extension Volume: Listed {
    public func orderValues(_ field: String) -> [StoredValue] {
        field == "size_bytes" ? [.integer(size.bytes)] : commonOrderValues(field)
    }
}

extension VolumeSnapshot: Listed {
    public func orderValues(_ field: String) -> [StoredValue] { commonOrderValues(field) }
}

extension ServerSnapshot: Listed {
    public func orderValues(_ field: String) -> [StoredValue] { commonOrderValues(field) }
}

extension Operation: Listed {
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
