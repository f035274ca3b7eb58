extension ServerSnapshot: Deletable {
    public static var deleting: State { .deleting }
    public static var errorDeleting: State { .errorDeleting }

    public var relations: [Relation] { [] }

    /// Its members go with it.
    public func walk(_ walk: inout DeletionWalk, _ cause: DeletionWalk.Cause) {
        walk.visitHanging(on: self)
        let members = walk.index.members(of: key)
        for member in members {
            _ = walk.take(member)
            walk.note(member)
        }
        walk.delete(self, cause, loses: loss(of: members), releases: members.map(\.key.id))
    }

    private func loss(of members: [any Deletable]) -> String {
        let volumes = members.map { ($0 as? VolumeSnapshot)?.volumeName ?? $0.header.name }
        guard !volumes.isEmpty else { return "the configuration of \(serverName) as it was at this snapshot" }
        return "the data of \(Self.words(for: volumes)) as it was at this snapshot, and the configuration of "
            + serverName
    }

    /// More volumes than these a step's sentence does not name: a plan must fit into a frame.
    private static let largestNamedCount = 4

    private static func words(for volumes: [String]) -> String {
        let isLong = volumes.count > largestNamedCount
        let named = volumes.prefix(isLong ? largestNamedCount - 1 : largestNamedCount)
        return named.joined(separator: ", ") + (isLong ? " and \(volumes.count - named.count) more" : "")
    }
}
