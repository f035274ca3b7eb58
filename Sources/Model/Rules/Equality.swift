/// In what a resource differs from what somebody asks for who would be content with it: `if_absent` of the creations.
///
/// Decided here (2026-11): only what a request says counts, as the .proto files write it down beside `if_absent`. What
/// a request leaves open, or what a user did to the resource since, does not make it another one. Texts are compared by
/// their bytes. Each difference is a part of a sentence: `size_bytes is 8388608, not 16777216`.
extension ResourceHeader {
    func differences(from wanted: ResourceAttributes) -> [String] {
        let isProtected = deletionProtection || !wanted.deletionProtection
        return [
            difference("description", ResourceName.quoted(description), ResourceName.quoted(wanted.description)) {
                description.utf8.elementsEqual(wanted.description.utf8)
            },
            difference("deletion_protection", deletionProtection, wanted.deletionProtection) { isProtected },
        ].compactMap { $0 } + labelDifferences(from: wanted.labels)
    }

    private func labelDifferences(from wanted: [String: String]) -> [String] {
        Set(labels.keys).union(wanted.keys).sorted().compactMap { key in
            let (own, other) = (labels[key], wanted[key])
            return difference("label \(key)", own.map(ResourceName.quoted), other.map(ResourceName.quoted)) {
                own.map { Array($0.utf8) } == other.map { Array($0.utf8) }
            }
        }
    }
}

extension Server {
    /// - Parameters:
    ///   - kind: nil: of any.
    ///   - copies: for each slot that must hold a copy, the snapshot that it was made from.
    ///   - volumes: what is attached to it now.
    public func differences(
        from wanted: ResourceAttributes, kind: Kind?, copies: [Int: SnapshotID], among volumes: [Volume]
    ) -> [String] {
        let sources = Dictionary(
            volumes.map { ($0.placement?.slot, $0.sourceSnapshotID) }, uniquingKeysWith: { first, _ in first })
        return header.differences(from: wanted)
            + [kind.flatMap { difference("kind", serverKind.rawValue, $0.rawValue) }].compactMap { $0 }
            + copies.sorted { $0.key < $1.key }.compactMap { slot, snapshot in
                difference("slot \(slot)", source(sources[slot] ?? nil), source(snapshot))
            }
    }
}

extension Volume {
    /// - Parameters:
    ///   - bytes: 0: of any size.
    ///   - snapshot: what it must be made from; nil: from none.
    ///   - server: where it must be attached; nil: anywhere or nowhere.
    public func differences(
        from wanted: ResourceAttributes, sizeBytes bytes: UInt64, source snapshot: SnapshotID?, server: ServerID?
    ) -> [String] {
        header.differences(from: wanted)
            + [
                bytes == 0 ? nil : difference("size_bytes", UInt64(size.bytes), bytes),
                difference("source", source(sourceSnapshotID), source(snapshot)),
                server.flatMap { difference("server", placement?.serverID.rawValue, $0.rawValue) },
            ].compactMap { $0 }
    }
}

extension VolumeSnapshot {
    /// - Parameter required: the least grade; nil: any.
    public func differences(
        from wanted: ResourceAttributes, of volume: VolumeID, required: Consistency?
    ) -> [String] {
        header.differences(from: wanted)
            + [difference("volume", volumeID.rawValue, volume.rawValue), consistency.shortfall(required)]
            .compactMap { $0 }
    }
}

extension ServerSnapshot {
    /// - Parameter required: the least grade; nil: any.
    public func differences(
        from wanted: ResourceAttributes, of server: ServerID, required: Consistency?
    ) -> [String] {
        header.differences(from: wanted)
            + [difference("server", serverID.rawValue, server.rawValue), consistency.shortfall(required)]
            .compactMap { $0 }
    }
}

extension Consistency {
    fileprivate func shortfall(_ required: Consistency?) -> String? {
        required.flatMap { required in difference("consistency", rawValue, required.rawValue) { self >= required } }
    }
}

private func source(_ snapshot: SnapshotID?) -> String? { snapshot.map { "made from \($0)" } }

private func difference<Value: Equatable>(_ field: String, _ own: Value?, _ wanted: Value?) -> String? {
    difference(field, own, wanted) { own == wanted }
}

/// - Returns: nil if there is none.
private func difference<Value>(
    _ field: String, _ own: Value?, _ wanted: Value?, _ isEqual: () -> Bool
) -> String? {
    guard !isEqual() else { return nil }
    func text(_ value: Value?) -> String { value.map { "\($0)" } ?? "none" }
    return "\(field) is \(text(own)), not \(text(wanted))"
}
