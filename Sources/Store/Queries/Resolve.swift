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

    /// Finds what somebody wants to delete, whatever its kind.
    public func resolveAny(_ reference: String, in project: ProjectID) throws -> DeletionTarget {
        let found = [
            try deletionTarget(reference, project) { (volume: Volume) in .volume(volume.id) },
            try deletionTarget(reference, project) { (server: Server) in .server(server.id) },
            try deletionTarget(reference, project) { (snapshot: VolumeSnapshot) in .snapshot(snapshot.id) },
            try deletionTarget(reference, project) { (snapshot: ServerSnapshot) in .serverSnapshot(snapshot.id) },
        ].flatMap { $0 }
        guard let only = found.first else {
            throw Refusal(.notFound, "there is no volume, snapshot, server snapshot or server \"\(reference)\"")
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

    private func deletionTarget<Element: StoredResource>(
        _ reference: String, _ project: ProjectID, _ target: (Element) -> DeletionTarget
    ) throws -> [DeletionTarget] {
        if let id = Identifier<Element>(reference) {
            let found: Element? = try get(id)
            return found.flatMap { $0.header.projectID == project ? [target($0)] : nil } ?? []
        }
        let found: [Element] = try candidates(reference, in: project)
        return found.map(target)
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
        refusal.blockers = candidates.map {
            Blocker(
                kind: Element.kind.rawValue, id: $0.id.rawValue, name: $0.header.name, reason: .ambiguousName)
        }
        return refusal
    }
}
