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
        return try await store.read { transaction in
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
            try requireDeletable(.snapshot(snapshot.id), name: snapshot.header.name)
            let change = try beginDeletion(of: snapshot, .snapshot(snapshot.id), &context)
            return .init(reference: reference, targetID: id, operationID: change.operation?.id, refusal: nil)
        } catch let refusal as Refusal {
            let isDone = allowMissing && refusal.reason == .notFound
            return .init(reference: reference, targetID: id, operationID: nil, refusal: isDone ? nil : refusal)
        }
    }

    /// Accepts the deletion of a resource that the rules allow to be deleted.
    func beginDeletion<Target: StoredResource>(
        of resource: Target, _ target: DeletionTarget, _ context: inout ChangeContext
    ) throws -> Change<Target> {
        let operation = try beginDeletion(try part(of: target), &context)
        return Change(target: try get(resource.id) ?? resource, operation: operation)
    }

    /// Accepts the deletion of one resource alone.
    func beginDeletion(_ part: DeletionPart, _ context: inout ChangeContext) throws -> Operation {
        let operation =
            switch part {
            case .volume: try context.accept(DeleteVolumeSaga(part: part), targets: [part.resourceID], in: self)
            case .snapshot: try context.accept(DeleteSnapshotSaga(part: part), targets: [part.resourceID], in: self)
            case .serverSnapshot(_, let members, _):
                try context.accept(
                    DeleteServerSnapshotSaga(part: part), targets: [part.resourceID] + members.map(\.rawValue),
                    in: self)
            case .server(let id, let volumes, let force):
                try context.accept(
                    DeleteServerSaga(serverID: id, volumeIDs: volumes, force: force), targets: [id.rawValue], in: self)
            case .detach, .stop:
                throw StoreError.malformed("\(part.stepName) is no deletion of its own")
            }
        try part.begin(in: self, by: operation, at: context.now)
        return operation
    }

    /// What deleting a resource alone takes.
    func part(of target: DeletionTarget, force: Bool = false) throws -> DeletionPart {
        switch target {
        case .volume(let id): return .volume(id, try freed(byReleasing: [(get(id) as Volume?)?.topLayerID]))
        case .snapshot(let id): return .snapshot(id, try freed(byReleasing: [(get(id) as VolumeSnapshot?)?.layerID]))
        case .serverSnapshot(let id):
            let members = try members(of: id)
            return .serverSnapshot(id, members: members.map(\.id), try freed(byReleasing: members.map(\.layerID)))
        case .server(let id): return .server(id, volumes: try volumes(of: id).map(\.id), force: force)
        }
    }

    private func freed(byReleasing layers: [LayerID?]) throws -> FreedLayers {
        FreedLayers(ids: try layersFreed(byReleasing: layers.compactMap { $0 }))
    }
}
