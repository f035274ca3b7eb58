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
    case resource(ResourceKey)
}

extension ResourceManager {
    /// Decides on a resource whose deletion failed (ERROR_DELETING), or on an operation that is STUCK.
    ///
    /// - Parameter reference: of a resource of any kind, or a stuck operation's id.
    /// - Throws: `STATE_FORBIDS` if there is nothing to resolve, or not this way.
    public func resolveFailure(
        _ reference: String, _ resolution: FailureResolution, _ mutation: Mutation
    ) async throws -> MutationAnswer<NoTarget> {
        let (runner, kinds) = (runner, kinds)
        let answer = try await mutate(mutation, for: .freeing, reload: { _, _ in NoTarget() }) { transaction, context in
            switch (try transaction.failedThing(reference, in: context.projectID, of: kinds), resolution) {
            case (.operation(let operation), .retry): try transaction.resume(operation, runner, &context)
            case (.operation(let operation), .abandon):
                try transaction.abandonStep(of: operation, runner, &context)
            case (.operation(let operation), .restore): try transaction.giveUp(operation, &context)
            case (.resource(let target), .retry): try transaction.deleteAgain(target, &context)
            case (.resource(let target), .abandon): try transaction.abandon(target, &context)
            case (.resource(let target), .restore):
                try transaction.restore([try transaction.deletion(of: target, context)], &context)
            }
        }
        if resolution == .abandon { try await engine.freeze(store.read { try $0.quarantined().map(\.layerID) }) }
        return answer
    }
}

extension ReadTransaction {
    fileprivate func failedThing(
        _ reference: String, in project: ProjectID, of kinds: ManagedKinds
    ) throws -> FailedThing {
        if let id = OperationID(reference) {
            guard let operation = try operation(id), operation.projectID == project else {
                throw Refusal.unknown(.operation, reference)
            }
            guard operation.state == .stuck else {
                throw Refusal.nothingToResolve("operation \(id) is \(operation.state.rawValue), not STUCK")
            }
            return .operation(operation)
        }
        let target = try resolveAny(reference, in: project, of: kinds.stored)
        guard let resource = try get(target, of: kinds.stored) else { throw Refusal.unknown(target.kind, target.id) }
        return try failedThing(resource)
    }

    private func failedThing(_ resource: some StoredKind) throws -> FailedThing {
        if let owner = resource.owner?.key, resource.header.operationID == nil {
            throw Refusal.belongs(resource.key, to: owner)
        }
        if let id = resource.header.operationID, let operation = try operation(id) {
            guard operation.state == .stuck else {
                try resource.requireIdle()
                throw Refusal.nothingToResolve("operation \(id) is working on it")
            }
            return .operation(operation)
        }
        guard resource.hasFailedDeletion else {
            throw Refusal.nothingToResolve(
                "\(resource.key.kind.words) \(resource.header.name) is \(resource.state.rawValue), not ERROR_DELETING")
        }
        return .resource(resource.key)
    }

    /// The stuck plan, and where in it the operation stopped.
    fileprivate func stoppedPlan(_ operation: Operation, _ kinds: ManagedKinds) throws -> ExecutePlanSaga {
        guard operation.type == ExecutePlanSaga.type else {
            throw Refusal.nothingToResolve("a stuck \(operation.type) can only be retried")
        }
        let plan = try SagaInput.saga(ExecutePlanSaga.self, operation.input, kinds)
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
        try hideStuck(operation, context.kinds, at: context.now)
        let resumed = try runner.noteResumption(
            of: operation.id, in: self, by: context.author(operation), at: context.now)
        return Change(targetID: operation.id.rawValue, target: NoTarget(), operation: resumed)
    }

    /// A stuck plan goes on behind the step that fails: what that was about is forgotten, its data quarantined.
    fileprivate func abandonStep(
        of operation: Operation, _ runner: OperationRunner, _ context: inout ChangeContext
    ) throws -> Change<NoTarget> {
        var operation = operation
        guard let part = try stoppedPlan(operation, context.kinds).stoppedPart(of: operation),
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
        let parts = try stoppedPlan(operation, context.kinds).remainingParts(of: operation)
        let change = try restore(parts, &context)
        var operation = operation
        operation.state = .failed
        operation.stateSince = context.now
        try update(&operation, by: context.author(operation), at: context.now)
        return change
    }

    fileprivate func restore(
        _ parts: [any ResourceWork], _ context: inout ChangeContext
    ) throws -> Change<NoTarget> {
        let saga = RestoreDeletedSaga(
            parts: parts.map(PlannedWork.init), tops: try parts.flatMap { try $0.tops(in: self) })
        let operation = try context.accept(saga, targets: parts.map(\.resourceID), in: self)
        for part in parts { try part.begin(in: self, by: operation, at: context.now) }
        return Change(targetID: operation.id.rawValue, target: NoTarget(), operation: operation)
    }

    /// What deleting a resource alone does.
    fileprivate func deletion(of target: ResourceKey, _ context: ChangeContext) throws -> any ResourceWork {
        try outlook(on: target, DeletionScope(), [:], context.kinds).deletion(of: context.kinds, force: false)
    }

    /// What deleting a resource does whose deletion failed. What has come into the way since is in the way of an
    /// administrator too.
    private func deletionAgain(of target: ResourceKey, _ context: ChangeContext) throws -> any ResourceWork {
        let outlook = try outlook(on: target, DeletionScope(), [:], context.kinds)
        let plan = outlook.plan.forgivingFailedDeletion()
        if let refusal = plan.refusal(name: outlook.graph.name(of: target)) { throw refusal }
        return try outlook.deletion(of: context.kinds, force: false)
    }

    fileprivate func deleteAgain(_ target: ResourceKey, _ context: inout ChangeContext) throws -> Change<NoTarget> {
        let operation = try begin(deletionAgain(of: target, context), &context)
        return Change(targetID: target.id, target: NoTarget(), operation: operation)
    }

    fileprivate func abandon(_ target: ResourceKey, _ context: inout ChangeContext) throws -> Change<NoTarget> {
        try deletionAgain(of: target, context).abandon(in: self, by: nil, context)
        return Change(targetID: target.id, target: NoTarget())
    }
}

extension Refusal {
    fileprivate static func nothingToResolve(_ why: String) -> Refusal {
        Refusal(.stateForbids, "there is nothing to resolve this way: \(why)")
    }

    fileprivate static func belongs(_ member: ResourceKey, to owner: ResourceKey) -> Refusal {
        var refusal = Refusal(
            .snapshotOwned,
            "\(member.kind.words) \(member.id) belongs to \(owner.kind.words) \(owner.id): resolve that one")
        refusal.remedies = [.resolve(owner.id)]
        return refusal
    }
}
