internal import Model
internal import Store

/// What a creation finds that is to make something only if it is absent.
extension ReadTransaction {
    /// The resource of a name that is as it is asked for, with the operation that still makes it.
    ///
    /// - Parameter differences: in what one differs from what is asked for.
    /// - Returns: nil if there is none of that name; one that is being deleted does not count.
    /// - Throws: `NAME_TAKEN` if there are only others.
    func existing<Target: StoredKind>(
        named name: String, in project: ProjectID, differences: (Target) throws -> [String]
    ) throws -> Change<Target>? {
        let candidates: [Target] = try named(name, in: project).filter { !$0.isBeingDeleted }
        guard !candidates.isEmpty else { return nil }
        let compared = try candidates.map { ($0, try differences($0)) }
        guard let equal = compared.first(where: { $0.1.isEmpty })?.0 else { throw Refusal.nameTaken(compared) }
        return Change(target: equal, operation: try equal.operationThatMakesIt.flatMap { try operation($0) })
    }

    /// For each slot of a server that is made from a server snapshot, the member that is copied there.
    func copies(of serverSnapshot: String, in project: ProjectID) throws -> [Int: SnapshotID] {
        guard !serverSnapshot.isEmpty else { return [:] }
        let source: ServerSnapshot = try resolve(serverSnapshot, in: project, field: "server_snapshot")
        let members = try members(of: source.id).enumerated().map { ($0.element.slot ?? $0.offset, $0.element.id) }
        return Dictionary(members, uniquingKeysWith: { first, _ in first })
    }
}

extension Resource {
    fileprivate var operationThatMakesIt: OperationID? {
        ["CREATING", "PROVISIONING"].contains(state.rawValue) ? header.operationID : nil
    }
}

extension Refusal {
    /// - Parameter holders: those that bear the name, and in what each differs from what was asked for.
    fileprivate static func nameTaken<Target: Resource>(_ holders: [(Target, [String])]) -> Refusal {
        let name = holders.first?.0.header.name ?? ""
        let each = holders.map { "\($0.0.id): \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
        var refusal = Refusal(.nameTaken, "there is another \(Target.kind.words) \(name) already (\(each))")
        refusal.blockers = holders.map { $0.0.blocker(.nameTaken) }
        return refusal
    }
}
