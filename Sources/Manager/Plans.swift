public import Model
internal import Store

extension ResourceManager {
    /// Every step that deleting a resource takes, in order, with what it loses and frees. Changes nothing.
    ///
    /// - Parameter reference: an id of any kind, or a name that is unique in the project.
    public func planDeletion(_ reference: String, _ scope: DeletionScope, _ call: Call) async throws -> DeletionPlan {
        let (target, graph) = try await store.read { transaction in
            let target = try transaction.resolveAny(reference, in: try transaction.project(of: call).id)
            return (target, try transaction.deletionGraph(for: target, scope))
        }
        var measured = graph
        measured.clients = try await clients(of: graph.volumes.values.filter { $0.placement != nil })
        measured.freedBytes = try await freedBytes(DeletionPlan(deleting: target, scope, in: graph).steps)
        return DeletionPlan(deleting: target, scope, in: measured)
    }

    /// Makes the plan again and runs all its steps as one operation.
    ///
    /// - Parameter isExpected: whether this is the plan that the caller saw.
    /// - Throws: `PLAN_STALE`, or what none of the steps clears.
    public func executePlan(
        _ reference: String, _ scope: DeletionScope, _ mutation: Mutation,
        isExpected: @escaping @Sendable (DeletionPlan) -> Bool
    ) async throws -> MutationAnswer<NoTarget> {
        let clients = try await clientsInPlan(reference, scope, mutation.call)
        return try await mutate(mutation, for: .freeing, reload: { _, _ in NoTarget() }) { transaction, context in
            let target = try transaction.resolveAny(reference, in: context.projectID)
            var graph = try transaction.deletionGraph(for: target, scope)
            graph.clients = clients
            let plan = DeletionPlan(deleting: target, scope, in: graph)
            guard isExpected(plan) else { throw Refusal.planStale(target.id) }
            if let refusal = plan.refusalOfExecution(name: graph.name(of: target)) { throw refusal }
            let operation = try transaction.accept(plan, scope, &context)
            return Change(targetID: target.id, target: NoTarget(), operation: operation)
        }
    }

    /// Connected clients of everything that the plan is about. None if it is gone: the transaction tells.
    private func clientsInPlan(
        _ reference: String, _ scope: DeletionScope, _ call: Call
    ) async throws -> [VolumeID: ConnectedClients] {
        guard !scope.cutsOffClients else { return [:] }
        do {
            let volumes = try await store.read { transaction in
                let target = try transaction.resolveAny(reference, in: try transaction.project(of: call).id)
                return try transaction.deletionGraph(for: target, scope).volumes.values.filter { $0.placement != nil }
            }
            return try await clients(of: volumes)
        } catch is Refusal {
            return [:]
        }
    }

    /// Bytes that each step gives back after those before it, by resource id.
    private func freedBytes(_ steps: [DeletionPlan.Step]) async throws -> [String: ByteCount] {
        let freed = try await store.read { try $0.layersFreed(byEach: steps) }
        var bytes: [String: ByteCount] = [:]
        for (step, layers) in freed { bytes[step] = try await engine.usage(of: layers.ids).values.reduce(.zero, +) }
        return bytes
    }
}

extension Refusal {
    fileprivate static func planStale(_ target: String) -> Refusal {
        var refusal = Refusal(
            .planStale, "something that the plan is about has changed since it was made; nothing was done")
        refusal.remedies = [.planAgain(target)]
        return refusal
    }
}

extension DeletionGraph {
    func name(of target: DeletionTarget) -> String {
        switch target {
        case .volume(let id): volumes[id]?.header.name ?? id.rawValue
        case .snapshot(let id): snapshots[id]?.header.name ?? id.rawValue
        case .serverSnapshot(let id): serverSnapshots[id]?.header.name ?? id.rawValue
        case .server(let id): servers[id]?.header.name ?? id.rawValue
        }
    }
}

extension ReadTransaction {
    /// Layers that each deletion of a plan frees after those before it, by resource id.
    func layersFreed(byEach steps: [DeletionPlan.Step]) throws -> [String: FreedLayers] {
        var result: [String: FreedLayers] = [:]
        var gone: [String] = []
        var counted: Set<LayerID> = []
        for step in steps where step.action == .delete {
            gone += step.releases
            let fresh = try layersFreed(byDeleting: gone).filter { counted.insert($0).inserted }
            result[step.id] = FreedLayers(ids: fresh)
        }
        return result
    }
}

extension WriteTransaction {
    /// Accepts a plan's execution: everything in it is busy from here on.
    func accept(_ plan: DeletionPlan, _ scope: DeletionScope, _ context: inout ChangeContext) throws -> Operation {
        let freed = try layersFreed(byEach: plan.steps)
        let parts = try plan.steps.map { try part(of: $0, freed[$0.id], force: scope.cutsOffClients) }
        let targets = ([plan.target.id] + plan.steps.map(\.id)).withoutRepeats()
        let operation = try context.accept(ExecutePlanSaga(parts: parts), targets: targets, in: self)
        // What a later part marks as deleted stays so.
        for part in parts { try part.begin(in: self, by: operation, at: context.now) }
        return operation
    }

    private func part(of step: DeletionPlan.Step, _ freed: FreedLayers?, force: Bool) throws -> DeletionPart {
        let freed = freed ?? FreedLayers(ids: [])
        switch (step.action, step.kind) {
        case (.detach, _):
            let volume: Volume? = try get(Identifier(stored: step.id))
            guard let volume, let place = volume.placement else { break }
            return .detach(volume.id, from: place, force: force)
        case (.stop, _):
            let id = ServerID(stored: step.id)
            return .stop(id, volumes: try volumes(of: id).map(\.id), force: force)
        case (.delete, .server):
            let id = ServerID(stored: step.id)
            return .server(id, volumes: try volumes(of: id).map(\.id), force: force)
        case (.delete, .volume): return .volume(Identifier(stored: step.id), freed)
        case (.delete, .snapshot): return .snapshot(Identifier(stored: step.id), freed)
        case (.delete, .serverSnapshot):
            let id = ServerSnapshotID(stored: step.id)
            return .serverSnapshot(id, members: try members(of: id).map(\.id), freed)
        default: break
        }
        throw StoreError.malformed("a plan's step that nothing can do: \(step.action.rawValue) \(step.id)")
    }
}
