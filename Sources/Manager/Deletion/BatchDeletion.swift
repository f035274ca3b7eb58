public import Model
internal import Store

/// What became of one resource of a batch.
public struct BatchDeletion: Sendable {
    /// As it was asked for.
    public let reference: String
    /// Empty: there was no such resource.
    public let id: String
    /// What is under way; nil when it was refused, or there was nothing to do.
    public let operation: Operation?
    public let refusal: Refusal?
}

extension ResourceManager {
    /// Most snapshots that one call deletes.
    public static let largestBatchCount = 100

    /// Deletes several snapshots, with one consent and a result for each. Not atomic: a refused one does not keep the
    /// others.
    ///
    /// - Parameters:
    ///   - volume: all must be of it; empty: of any.
    ///   - allowMissing: one that does not exist is deleted already.
    public func deleteSnapshots(
        _ references: [String], of volume: String, allowMissing: Bool, _ mutation: Mutation
    ) async throws -> [BatchDeletion] {
        guard (1...Self.largestBatchCount).contains(references.count) else {
            throw Refusal.invalid(
                field: "snapshots", "1 to \(Self.largestBatchCount) snapshots, not \(references.count)")
        }
        let answer = try await mutate(mutation, for: .freeing, reload: { _, _ in NoTarget() }) { transaction, context in
            let only: Volume? =
                try volume.isEmpty ? nil : transaction.resolve(volume, in: context.projectID, field: "volume")
            let parts = try references.map {
                try transaction.deletePart($0, of: only, allowMissing: allowMissing, &context)
            }
            return Change(targetID: parts[0].targetID, target: NoTarget(), parts: parts)
        }
        return try await readSystem(mutation.call) { transaction in
            try answer.parts.map { part in
                BatchDeletion(
                    reference: part.reference, id: part.targetID,
                    operation: try part.operationID.flatMap { try transaction.operation($0) }, refusal: part.refusal)
            }
        }
    }
}

extension WriteTransaction {
    /// Accepts the deletion of one snapshot of a batch, or keeps why it is refused.
    fileprivate func deletePart(
        _ reference: String, of volume: Volume?, allowMissing: Bool, _ context: inout ChangeContext
    ) throws -> RememberedRequest.Part {
        var id = ""
        do {
            let snapshot: VolumeSnapshot = try resolve(reference, in: context.projectID, field: "snapshots")
            id = snapshot.id.rawValue
            if let volume, snapshot.volumeID != volume.id {
                throw Refusal.invalid(
                    field: "snapshots",
                    "snapshot \(snapshot.header.name) is of volume \(snapshot.volumeName), "
                        + "not of \(volume.header.name)")
            }
            let change = try deleteAlone(snapshot, &context)
            return .init(reference: reference, targetID: id, operationID: change.operation?.id, refusal: nil)
        } catch let refusal as Refusal {
            let isDone = allowMissing && refusal.reason == .notFound
            return .init(reference: reference, targetID: id, operationID: nil, refusal: isDone ? nil : refusal)
        }
    }

    /// Accepts a deletion of one resource alone, if the rules allow it.
    ///
    /// - Throws: what stands in its way; `LongRefusal` if that is much.
    func deleteAlone<Target: ManagedKind>(
        _ resource: Target, clients: [VolumeID: ConnectedClients] = [:], _ context: inout ChangeContext
    ) throws -> Change<Target> {
        let outlook = try requireDeletable(resource, clients: clients, context)
        let operation = try begin(outlook.deletion(of: context.kinds, force: false), &context)
        return Change(target: try get(resource.id) ?? resource, operation: operation)
    }

    /// Accepts an operation that is about one piece of work alone.
    func begin(_ work: any ResourceWork, _ context: inout ChangeContext) throws -> Operation {
        let operation = try context.accept(work.saga, targets: [work.resourceID] + work.memberIDs, in: self)
        try work.begin(in: self, by: operation, at: context.now)
        return operation
    }

    /// Refuses a deletion with everything that stands in its way.
    ///
    /// - Returns: what it takes.
    /// - Throws: `LongRefusal` if that is much.
    func requireDeletable<Target: ManagedKind>(
        _ resource: Target, _ scope: DeletionScope = DeletionScope(), clients: [VolumeID: ConnectedClients] = [:],
        _ context: ChangeContext
    ) throws -> DeletionOutlook {
        let (name, limit) = (resource.header.name, LongRefusal.smallestSnapshotCount)
        guard try hangingCount(on: resource.key, scope, of: context.kinds.stored, atMost: limit) < limit else {
            throw LongRefusal(target: resource.key, name: name, scope: scope, clients: clients)
        }
        let outlook = try outlook(on: resource.key, scope, clients, context.kinds)
        if let refusal = outlook.plan.refusal(name: name) { throw refusal }
        return outlook
    }
}
