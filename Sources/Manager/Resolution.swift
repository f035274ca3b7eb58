internal import Model
internal import Operations
internal import Store

/// What an administrator decides on something that failed half-way.
public enum FailureResolution: Sendable, Hashable {
    /// Try again.
    case retry
    /// Give it the state back that it had, once its data is proved to be there.
    case restore
    /// Forget it; what is left of its data is quarantined.
    case abandon
}

/// What can be resolved.
private enum FailedThing {
    case operation(Operation)
    case resource(DeletionTarget)
}

extension ResourceManager {
    /// Decides on a resource whose deletion failed (ERROR_DELETING), or on an operation that is STUCK.
    ///
    /// - Parameter reference: of a resource of any kind, or a stuck operation's id.
    /// - Throws: `STATE_FORBIDS` if there is nothing to resolve, or not this way.
    public func resolveFailure(
        _ reference: String, _ resolution: FailureResolution, _ mutation: Mutation
    ) async throws -> MutationAnswer<NoTarget> {
        let runner = runner
        let answer = try await mutate(mutation, for: .freeing, reload: { _, _ in NoTarget() }) { transaction, context in
            switch (try transaction.failedThing(reference, in: context.projectID), resolution) {
            case (.operation(let operation), .retry): try transaction.resume(operation, runner, &context)
            case (.operation(let operation), .abandon):
                try transaction.abandonStep(of: operation, runner, &context)
            case (.operation(let operation), .restore): try transaction.giveUp(operation, &context)
            case (.resource(let target), .retry): try transaction.deleteAgain(target, &context)
            case (.resource(let target), .abandon): try transaction.abandon(target, &context)
            case (.resource(let target), .restore):
                try transaction.restore([try transaction.part(of: target)], &context)
            }
        }
        if resolution == .abandon { try await engine.freeze(store.read { try $0.quarantined().map(\.layerID) }) }
        return answer
    }
}

extension ReadTransaction {
    fileprivate func failedThing(_ reference: String, in project: ProjectID) throws -> FailedThing {
        if let id = OperationID(reference) {
            guard let operation = try operation(id), operation.projectID == project else {
                throw Refusal.unknown(.operation, reference)
            }
            guard operation.state == .stuck else {
                throw Refusal.nothingToResolve("operation \(id) is \(operation.state.rawValue), not STUCK")
            }
            return .operation(operation)
        }
        let target = try resolveAny(reference, in: project)
        switch target {
        case .volume(let id): return try failedThing(target, try get(id))
        case .server(let id): return try failedThing(target, try get(id))
        case .serverSnapshot(let id): return try failedThing(target, try get(id))
        case .snapshot(let id):
            let snapshot: VolumeSnapshot? = try get(id)
            if let owner = snapshot?.serverSnapshotID, snapshot?.header.operationID == nil {
                throw Refusal.belongsTo(owner, member: id)
            }
            return try failedThing(target, snapshot)
        }
    }

    private func failedThing<Target: StoredResource>(
        _ target: DeletionTarget, _ resource: Target?
    ) throws -> FailedThing {
        guard let resource else { throw Refusal.unknown(target.kind, target.id) }
        if let id = resource.header.operationID, let operation = try operation(id) {
            guard operation.state == .stuck else {
                try resource.requireIdle()
                throw Refusal.nothingToResolve("operation \(id) is working on it")
            }
            return .operation(operation)
        }
        guard resource.hasFailedDeletion else {
            throw Refusal.nothingToResolve(
                "\(Target.kind.words) \(resource.header.name) is \(resource.state.rawValue), not ERROR_DELETING")
        }
        return .resource(target)
    }

    /// The stuck plan, and where in it the operation stopped.
    fileprivate func stoppedPlan(_ operation: Operation) throws -> ExecutePlanSaga {
        guard operation.type == ExecutePlanSaga.type else {
            throw Refusal.nothingToResolve("a stuck \(operation.type) can only be retried")
        }
        let plan = try SagaInput.saga(ExecutePlanSaga.self, operation.input)
        guard plan.hold == nil || operation.steps.first?.state == .done else {
            throw Refusal.nothingToResolve("it has deleted nothing yet, it can only be retried")
        }
        return plan
    }
}

extension WriteTransaction {
    /// A stuck operation goes on where it was.
    fileprivate func resume(
        _ operation: Operation, _ runner: OperationRunner, _ context: inout ChangeContext
    ) throws -> Change<NoTarget> {
        try hideStuck(operation, at: context.now)
        let resumed = try runner.noteResumption(
            of: operation.id, in: self, by: context.author(operation), at: context.now)
        return Change(targetID: operation.id.rawValue, target: NoTarget(), operation: resumed)
    }

    /// A stuck plan goes on behind the step that fails: what that was about is forgotten, its data quarantined.
    fileprivate func abandonStep(
        of operation: Operation, _ runner: OperationRunner, _ context: inout ChangeContext
    ) throws -> Change<NoTarget> {
        var operation = operation
        guard let part = try stoppedPlan(operation).stoppedPart(of: operation),
            let step = operation.steps.firstNotDone
        else { throw Refusal.nothingToResolve("no step of it is left") }
        try part.abandon(in: self, by: operation, context)
        operation.steps[step].state = .done
        operation.steps[step].message = "abandoned; its data is quarantined"
        try update(&operation, by: context.author(operation), at: context.now)
        return try resume(operation, runner, &context)
    }

    /// Ends a stuck plan; what it has not deleted comes back, if its data is there.
    fileprivate func giveUp(_ operation: Operation, _ context: inout ChangeContext) throws -> Change<NoTarget> {
        let parts = try stoppedPlan(operation).remainingParts(of: operation)
        let change = try restore(parts, &context)
        var operation = operation
        operation.state = .failed
        operation.stateSince = context.now
        try update(&operation, by: context.author(operation), at: context.now)
        return change
    }

    fileprivate func restore(_ parts: [DeletionPart], _ context: inout ChangeContext) throws -> Change<NoTarget> {
        let saga = RestoreDeletedSaga(parts: parts, tops: try parts.flatMap { try tops(of: $0) })
        let operation = try context.accept(saga, targets: parts.map(\.resourceID), in: self)
        for part in parts { try part.begin(in: self, by: operation, at: context.now) }
        return Change(targetID: operation.id.rawValue, target: NoTarget(), operation: operation)
    }

    /// What has come into the way since the deletion failed is in the way of an administrator too.
    private func requireStillDeletable(_ target: DeletionTarget) throws {
        let graph = try deletionGraph(for: target)
        let plan = try DeletionPlan(deleting: target, in: graph).forgivingFailedDeletion()
        if let refusal = plan.refusal(name: graph.name(of: target)) { throw refusal }
    }

    fileprivate func deleteAgain(_ target: DeletionTarget, _ context: inout ChangeContext) throws -> Change<NoTarget> {
        try requireStillDeletable(target)
        let operation = try beginDeletion(try part(of: target), &context)
        return Change(targetID: target.id, target: NoTarget(), operation: operation)
    }

    fileprivate func abandon(_ target: DeletionTarget, _ context: inout ChangeContext) throws -> Change<NoTarget> {
        try requireStillDeletable(target)
        try part(of: target).abandon(in: self, by: nil, context)
        return Change(targetID: target.id, target: NoTarget())
    }

    /// The tops of the chains that must be readable for a part to be undone.
    private func tops(of part: DeletionPart) throws -> [LayerID] {
        switch part {
        case .stop, .server, .detach: return []
        case .volume(let id, _):
            // One that is still attached was not touched, and may be open.
            guard let volume: Volume = try get(id), volume.placement == nil else { return [] }
            return [volume.topLayerID]
        case .snapshot(let id, _): return try (get(id) as VolumeSnapshot?).map { [$0.layerID] } ?? []
        case .serverSnapshot(_, let members, _):
            return try members.compactMap { try (get($0) as VolumeSnapshot?)?.layerID }
        }
    }
}

extension Refusal {
    fileprivate static func nothingToResolve(_ why: String) -> Refusal {
        Refusal(.stateForbids, "there is nothing to resolve this way: \(why)")
    }

    fileprivate static func belongsTo(_ owner: ServerSnapshotID, member: SnapshotID) -> Refusal {
        var refusal = Refusal(
            .snapshotOwned, "snapshot \(member) belongs to server snapshot \(owner): resolve that one")
        refusal.remedies = [.resolve(owner.rawValue)]
        return refusal
    }
}
