public import Model

extension ReadTransaction {
    func listFields<Element: Listed>(_: Element.Type) throws -> ListFields {
        switch Element.self {
        case is Server.Type: .server
        case is Volume.Type: .volume
        case is VolumeSnapshot.Type: .snapshot
        case is ServerSnapshot.Type: .serverSnapshot
        default: .operation
        }
    }
}

extension Listed where Self: StoredResource {
    public static func page(_ plan: ListPlan, in transaction: any ReadTransaction) throws -> [Self] {
        try transaction.select(plan.condition, plan.arguments, order: plan.order, limit: plan.limit)
    }

    public var listID: String { id.rawValue }

    public var approximateByteCount: Int {
        let fixed = 512
        let labels = header.labels.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 8 }
        return fixed + header.description.utf8.count + labels
    }

    func commonOrderValue(_ field: String) -> StoredValue {
        switch field {
        case "name": .text(header.name)
        case "id": .text(id.rawValue)
        default: .integer(header.createTime.millisecondsSinceEpoch)
        }
    }
}

extension Server: Listed {
    public func orderValue(_ field: String) -> StoredValue { commonOrderValue(field) }
}

extension Volume: Listed {
    public func orderValue(_ field: String) -> StoredValue {
        field == "size_bytes" ? .integer(size.bytes) : commonOrderValue(field)
    }
}

extension VolumeSnapshot: Listed {
    public func orderValue(_ field: String) -> StoredValue { commonOrderValue(field) }
}

extension ServerSnapshot: Listed {
    public func orderValue(_ field: String) -> StoredValue { commonOrderValue(field) }
}

extension Operation: Listed {
    public static func page(_ plan: ListPlan, in transaction: any ReadTransaction) throws -> [Operation] {
        try transaction.operations(
            where: plan.condition, plan.arguments, order: plan.order, limit: plan.limit, .listed)
    }

    public func orderValue(_ field: String) -> StoredValue {
        field == "id" ? .text(id.rawValue) : .integer(createTime.millisecondsSinceEpoch)
    }

    public var listID: String { id.rawValue }
    public var approximateByteCount: Int { 1_024 + steps.count * 64 }
}
