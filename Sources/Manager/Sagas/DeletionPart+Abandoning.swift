internal import Model
internal import Store

extension DeletionPart {
    /// Forgets the resource without its data's being deleted: that stays on disk, in quarantine.
    ///
    /// - Parameter operation: the plan that this is a part of; nil: none holds it.
    /// - Throws: `STATE_FORBIDS` for a part that is not about data.
    func abandon(
        in transaction: any WriteTransaction, by operation: Operation?, _ context: ChangeContext
    ) throws {
        func abandon<Target: StoredResource>(_ id: Identifier<Target>, _ freed: FreedLayers) throws {
            guard let resource: Target = try transaction.get(id) else { return }
            try transaction.delete(resource, by: context.author(operation), at: context.now)
            for layer in freed.ids {
                try transaction.quarantine(
                    layer, because: .abandoned, origin: .init(resource), by: context.mutation.call.principal,
                    at: context.now)
            }
        }
        switch self {
        case .volume(let id, let freed): try abandon(id, freed)
        case .snapshot(let id, let freed): try abandon(id, freed)
        case .serverSnapshot(let id, let members, let freed):
            for member in members {
                guard let member: VolumeSnapshot = try transaction.get(member) else { continue }
                try transaction.delete(member, by: context.author(operation), at: context.now)
            }
            try abandon(id, freed)
        case .stop, .detach, .server:
            throw Refusal(
                .stateForbids, "what failed is not about data, so there is nothing to abandon: retry or restore it")
        }
    }
}
