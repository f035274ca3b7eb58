public import Model

extension ReadTransaction {
    /// Finds a resource by its id, or by a name that is unique within its kind and project.
    ///
    /// Another project's id answers exactly as an unknown one does.
    /// - Parameter field: the request's field that the reference stands in.
    /// - Throws: `NOT_FOUND`; `AMBIGUOUS_NAME` with the candidates as blockers.
    public func resolve<Element: StoredResource>(
        _ reference: String, _: Element.Type = Element.self, in project: ProjectID, field: String
    ) throws -> Element {
        guard !reference.isEmpty else {
            throw Refusal.invalid(field: field, "an id or a name of a \(Element.kind.words) is expected")
        }
        if let id = Identifier<Element>(reference) {
            guard let found: Element = try get(id), found.header.projectID == project else {
                throw Refusal.unknown(Element.kind, reference)
            }
            return found
        }
        let candidates: [Element] = try candidates(reference, in: project)
        guard let only = candidates.first else { throw Refusal.unknown(Element.kind, reference) }
        guard candidates.count == 1 else { throw Refusal.ambiguous(candidates, reference, field: field) }
        return only
    }

    /// Finds a resource of any kind that can be deleted.
    public func resolveAny(_ reference: String, in project: ProjectID, of kinds: StoredKinds) throws -> ResourceKey {
        let found = try kinds.all.flatMap { try keys(reference, $0, in: project) }
        guard let only = found.first else {
            throw Refusal(.notFound, "there is no \(kinds.words) \"\(reference)\"")
        }
        guard found.count == 1 else {
            var refusal = Refusal.invalid(
                .ambiguousName, field: "resource", "\(found.count) resources are called \"\(reference)\": use an id")
            refusal.blockers = found.map {
                .init(kind: $0.kind.rawValue, id: $0.id, name: reference, reason: .ambiguousName)
            }
            throw refusal
        }
        return only
    }

    /// Those that a name may mean; `SERVER-SNAPSHOT/VOLUME` is that member of it, and a hyphenated name has no slash.
    private func candidates<Element: StoredResource>(
        _ reference: String, in project: ProjectID
    ) throws -> [Element] {
        guard Element.self == VolumeSnapshot.self, let slash = reference.firstIndex(of: "/") else {
            return try named(reference, in: project)
        }
        let (owner, volume) = (String(reference[..<slash]), String(reference[reference.index(after: slash)...]))
        guard !owner.isEmpty, !volume.isEmpty else { return [] }
        let found: ServerSnapshot = try resolve(owner, in: project, field: "snapshot")
        return try members(of: found.id).filter { $0.volumeID.rawValue == volume || $0.volumeName == volume }
            .compactMap { $0 as? Element }
    }

    private func keys<Kind: StoredKind>(
        _ reference: String, _: Kind.Type, in project: ProjectID
    ) throws -> [ResourceKey] {
        guard let id = Identifier<Kind>(reference) else {
            let found: [Kind] = try candidates(reference, in: project)
            return found.map(\.key)
        }
        guard let found: Kind = try get(id), found.header.projectID == project else { return [] }
        return [found.key]
    }
}

extension Refusal {
    public static func unknown(_ kind: ResourceKind, _ reference: String) -> Refusal {
        Refusal(.notFound, "there is no \(kind.words) \"\(reference)\"")
    }

    static func ambiguous<Element: StoredResource>(
        _ candidates: [Element], _ reference: String, field: String
    ) -> Refusal {
        var refusal = Refusal.invalid(
            .ambiguousName, field: field,
            "\(candidates.count) \(Element.kind.words)s are called \"\(reference)\": use an id")
        refusal.blockers = candidates.map { $0.blocker(.ambiguousName) }
        return refusal
    }
}
