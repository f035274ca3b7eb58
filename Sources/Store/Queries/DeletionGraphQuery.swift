public import Model

extension ReadTransaction {
    /// Loads everything that hangs together with a resource that somebody wants to delete: a statement for each kind
    /// of thing, not for each thing.
    ///
    /// - Throws: `VOLUME_HAS_SNAPSHOTS` if it is more than any plan may be about.
    public func deletionGraph(
        for target: ResourceKey, _ scope: DeletionScope = DeletionScope(), of kinds: StoredKinds
    ) throws -> DeletionGraph {
        var loading = GraphLoading(target: target, kinds: kinds, transaction: self)
        guard let kind = kinds.kind(target.kind) else { return loading.graph }
        try loading.loadTarget(kind, scope)
        return loading.graph
    }

    /// How much hangs on what somebody wants to delete, counted up to a limit.
    public func hangingCount(
        on target: ResourceKey, _ scope: DeletionScope, of kinds: StoredKinds, atMost limit: Int
    ) throws -> Int {
        var count = try hangingCount(on: target.kind, "(?)", target.id, kinds, atMost: limit)
        guard scope.deletesVolumes else { return count }
        for kind in kinds.all {
            guard let column = kind.column(.isAttachedTo, target.kind), count < limit else { continue }
            count += try hangingCount(
                on: kind.kind, "(SELECT id FROM \(kind.table) WHERE \(column) = ?)", target.id, kinds,
                atMost: limit - count)
        }
        return count
    }

    /// - Parameter place: where the id of what it is counted on stands, or the ids.
    private func hangingCount(
        on other: ResourceKind, _ place: String, _ id: String, _ kinds: StoredKinds, atMost limit: Int
    ) throws -> Int {
        var count = 0
        for kind in kinds.all {
            guard let column = kind.column(.hangsOn, other), count < limit else { continue }
            count +=
                try rows(
                    """
                    SELECT COUNT(*) FROM
                        (SELECT 1 FROM \(kind.table) WHERE \(column) IN \(place) LIMIT ?) AS found
                    """, [.text(id), .integer(Int64(limit - count))]
                ) { try $0.int(0) }.first ?? 0
        }
        return count
    }

    /// Looks at what was changed after a revision: whether it is in a graph, or would be if that were loaded again.
    ///
    /// Every change of a resource is an event, and whatever comes to hang on a resource is one of a kind that names it.
    /// - Parameter limit: changes that are looked at.
    /// - Returns: the revision up to which the graph is as it was; nil: it is not.
    public func confirmed(
        _ graph: DeletionGraph, since revision: Int64, of kinds: StoredKinds, limit: Int
    ) throws -> Int64? {
        let changes = try rows(
            "SELECT sequence, kind, resource_id, action FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?",
            [.integer(revision), .integer(Int64(limit))]
        ) { (sequence: try $0.integer(0), kind: try $0.text(1), id: try $0.text(2), action: try $0.text(3)) }
        for change in changes {
            guard change.action != EventAction.skipped.rawValue, !graph.holds(change.id),
                try !stands(change.id, kinds.kind(ResourceKind(rawValue: change.kind)), to: graph)
            else { return nil }
        }
        return changes.last?.sequence ?? revision
    }

    /// Whether a resource names one of a graph.
    private func stands(_ id: String, _ kind: (any StoredKind.Type)?, to graph: DeletionGraph) throws -> Bool {
        guard let kind, !kind.references.isEmpty else { return false }
        let columns = kind.references.map(\.column)
        let named = try rows("SELECT \(columns.joined(separator: ", ")) FROM \(kind.table) WHERE id = ?", [.text(id)]) {
            row in try columns.indices.map { try row.optionalText($0) }
        }
        return named.joined().compactMap { $0 }.contains(where: graph.holds)
    }
}

/// A graph while it is loaded.
private struct GraphLoading {
    let target: ResourceKey
    let kinds: StoredKinds
    let transaction: any ReadTransaction
    var graph = DeletionGraph()
    private var owners: Set<String> = []

    init(target: ResourceKey, kinds: StoredKinds, transaction: any ReadTransaction) {
        self.target = target
        self.kinds = kinds
        self.transaction = transaction
    }

    mutating func loadTarget<Kind: StoredKind>(_: Kind.Type, _ scope: DeletionScope) throws {
        guard let resource: Kind = try transaction.get(Identifier(stored: target.id)) else { return }
        graph.add(resource)
        for relation in resource.relations {
            switch relation.role {
            case .goesWith: try loadOwners([relation.other.id], of: relation.other.kind)
            case .isAttachedTo:
                if let other = try transaction.get(relation.other, of: kinds) { graph.add(other) }
            case .hangsOn: break
            }
        }
        try loadMembers(of: [target.id], Kind.kind)
        try loadHanging(on: [target.id], Kind.kind)
        for kind in kinds.all { try loadAttached(kind, withHanging: scope.deletesVolumes) }
    }

    /// What is attached to the target.
    private mutating func loadAttached<Kind: StoredKind>(_: Kind.Type, withHanging: Bool) throws {
        guard let column = Kind.column(.isAttachedTo, target.kind) else { return }
        let attached: [Kind] = try transaction.select("this.\(column) = ?", [.text(target.id)], order: "this.id")
        for resource in attached { graph.add(resource) }
        if withHanging { try loadHanging(on: attached.map(\.id.rawValue), Kind.kind) }
    }

    /// What hangs on some resources of a kind, and in turn on that, with what owns some of it, and all that these own.
    private mutating func loadHanging(on ids: [String], _ other: ResourceKind) throws {
        guard !ids.isEmpty else { return }
        for kind in kinds.all { try loadHanging(kind, on: ids, other) }
    }

    private mutating func loadHanging<Kind: StoredKind>(_: Kind.Type, on ids: [String], _ other: ResourceKind) throws {
        guard let column = Kind.column(.hangsOn, other) else { return }
        let list = try StoredJSON.list(ids)
        let isFree = Kind.owner.map { " AND this.\($0.column) IS NULL" } ?? ""
        let found = try add(
            Kind.self, where: "this.\(column) IN \(StoredValue.setExpression)\(isFree)", list,
            atMost: DeletionPlan.largestStepCount)
        try loadHanging(on: found, Kind.kind)
        guard let owner = Kind.owner else { return }
        let owners = try transaction.rows(
            """
            SELECT DISTINCT \(owner.column) FROM \(Kind.table)
            WHERE \(column) IN \(StoredValue.setExpression) AND \(owner.column) IS NOT NULL LIMIT ?
            """, [list, .integer(Int64(DeletionPlan.largestStepCount + 1))]
        ) { try $0.text(0) }
        try requireRoom(for: owners.count, atMost: DeletionPlan.largestStepCount)
        try loadOwners(owners, of: owner.other)
    }

    private mutating func loadOwners(_ ids: [String], of kind: ResourceKind) throws {
        let new = ids.filter { owners.insert($0).inserted }
        guard !new.isEmpty, let kind = kinds.kind(kind) else { return }
        // Their members are among the resources, where the rules look for them.
        try addRows(kind, new)
        try loadMembers(of: new, kind.kind)
        try loadHanging(on: new, kind.kind)
    }

    private mutating func addRows<Kind: StoredKind>(_: Kind.Type, _ ids: [String]) throws {
        let found: [Kind] = try transaction.rows(
            "\(Kind.statements.select) WHERE this.id IN \(StoredValue.setExpression)", [try StoredJSON.list(ids)],
            Kind.decode)
        for resource in found { graph.add(resource) }
    }

    private mutating func loadMembers(of ids: [String], _ other: ResourceKind) throws {
        for kind in kinds.all {
            guard let column = kind.column(.goesWith, other) else { continue }
            _ = try add(
                kind, where: "this.\(column) IN \(StoredValue.setExpression)", try StoredJSON.list(ids),
                atMost: DeletionPlan.largestSnapshotCount)
        }
    }

    /// - Returns: the ids.
    private mutating func add<Kind: StoredKind>(
        _: Kind.Type, where condition: String, _ ids: StoredValue, atMost limit: Int
    ) throws -> [String] {
        let found: [Kind] = try transaction.rows(
            "\(Kind.statements.select) WHERE \(condition) LIMIT ?", [ids, .integer(Int64(limit + 1))], Kind.decode)
        try requireRoom(for: found.count, atMost: limit)
        for resource in found { graph.add(resource) }
        return found.map(\.id.rawValue)
    }

    private func requireRoom(for count: Int, atMost limit: Int) throws {
        guard count <= limit else { throw Refusal.planTooLarge(target) }
    }
}
