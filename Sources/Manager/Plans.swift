public import Model
internal import Store

extension ResourceManager {
    /// Every step that deleting a resource takes, in order, with what it loses and frees. Changes nothing.
    ///
    /// - Parameter reference: an id of any kind, or a name that is unique in the project.
    public func planDeletion(_ reference: String, _ call: Call) async throws -> DeletionPlan {
        let (target, graph) = try await store.read { transaction in
            let target = try transaction.resolveAny(reference, in: try transaction.project(of: call).id)
            return (target, try transaction.deletionGraph(for: target))
        }
        var measured = graph
        measured.clients = try await clients(of: graph.volumes.values.filter { $0.placement != nil })
        measured.freedBytes = try await freedBytes(DeletionPlan(deleting: target, in: graph).steps)
        return DeletionPlan(deleting: target, in: measured)
    }

    /// Bytes that each step gives back after those before it, by resource id.
    private func freedBytes(_ steps: [DeletionPlan.Step]) async throws -> [String: ByteCount] {
        var freed: [String: ByteCount] = [:]
        var gone: [String] = []
        var counted: Set<LayerID> = []
        for step in steps where step.action == .delete {
            gone += step.releases
            let resources = gone
            let layers = try await store.read { try $0.layersFreed(byDeleting: resources) }
            let fresh = layers.filter { counted.insert($0).inserted }
            freed[step.id] = try await engine.usage(of: fresh).values.reduce(.zero, +)
        }
        return freed
    }
}
