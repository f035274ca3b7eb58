public import Model

/// A kind of resource that users make, list and delete, as it is stored.
public protocol StoredKind: StoredResource, StoredForm, Deletable, Listed {
    /// The columns by which a row stands to others; `Deletable.relations` says the same of a resource.
    static var references: [StoredReference] { get }
}

/// A column that names another resource.
public struct StoredReference: Sendable, Hashable {
    /// As `Relation.Role`.
    public enum Role: Sendable, Hashable {
        case hangsOn
        case goesWith
        case isAttachedTo
    }

    public let role: Role
    public let other: ResourceKind
    /// It has an index.
    public let column: String

    public init(_ role: Role, _ other: ResourceKind, _ column: String) {
        self.role = role
        self.other = other
        self.column = column
    }
}

extension StoredKind {
    /// The column by which rows stand to one of another kind in some way; nil: they do not.
    static func column(_ role: StoredReference.Role, _ other: ResourceKind) -> String? {
        references.first { $0.role == role && $0.other == other }?.column
    }

    /// What rows go with; nil: each is deleted by itself.
    static var owner: StoredReference? { references.first { $0.role == .goesWith } }
}

/// The kinds that a store holds: given where something is done with all of them.
public struct StoredKinds: Sendable {
    public let all: [any StoredKind.Type]

    public init(_ all: [any StoredKind.Type]) {
        self.all = all
    }

    public func kind(_ kind: ResourceKind) -> (any StoredKind.Type)? { all.first { $0.kind == kind } }

    /// For sentences: `volume, snapshot, server snapshot or server`.
    var words: String {
        let words = all.map { $0.kind.words }
        return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    }
}

extension ReadTransaction {
    /// A resource of any kind; nil: there is none.
    public func get(_ key: ResourceKey, of kinds: StoredKinds) throws -> (any StoredKind)? {
        guard let kind = kinds.kind(key.kind) else { return nil }
        return try resource(key.id, kind)
    }

    private func resource<Kind: StoredKind>(_ id: String, _: Kind.Type) throws -> (any StoredKind)? {
        try get(Identifier<Kind>(stored: id))
    }

    /// Resources of any kind that an operation has made busy.
    public func held(by operation: OperationID, of kinds: StoredKinds) throws -> [any StoredKind] {
        func held<Kind: StoredKind>(_: Kind.Type) throws -> [any StoredKind] {
            try select("this.operation_id = ?", [.text(operation.rawValue)]) as [Kind]
        }
        return try kinds.all.flatMap { try held($0) }
    }
}
