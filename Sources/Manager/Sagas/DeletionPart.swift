internal import Engine
internal import Model
internal import Operations
internal import Store

/// One thing that a deletion does: all of it, or a plan's step.
enum DeletionPart: Codable, Sendable {
    case stop(ServerID, volumes: [VolumeID], force: Bool)
    case detach(VolumeID, from: Volume.Placement, force: Bool)
    /// Its volumes are detached and kept, unless a later part deletes them.
    case server(ServerID, volumes: [VolumeID], force: Bool)
    case volume(VolumeID, FreedLayers)
    case snapshot(SnapshotID, FreedLayers)
    case serverSnapshot(ServerSnapshotID, members: [SnapshotID], FreedLayers)

    var resourceID: String {
        switch self {
        case .stop(let id, _, _), .server(let id, _, _): id.rawValue
        case .detach(let id, _, _), .volume(let id, _): id.rawValue
        case .snapshot(let id, _): id.rawValue
        case .serverSnapshot(let id, _, _): id.rawValue
        }
    }

    /// Unique in a plan: `delete-volume vol-…`.
    var stepName: String {
        let action =
            switch self {
            case .stop: "stop-server"
            case .detach: "detach-volume"
            case .server: "delete-server"
            case .volume: "delete-volume"
            case .snapshot: "delete-snapshot"
            case .serverSnapshot: "delete-server-snapshot"
            }
        return "\(action) \(resourceID)"
    }

    /// Does the work outside the store. Can be repeated.
    func run(_ tools: SagaTools) async throws {
        switch self {
        case .volume(_, let freed), .snapshot(_, let freed), .serverSnapshot(_, _, let freed):
            let ids = try await tools.store.read { try $0.layersThatCanGo(freed.ids) }
            for id in ids { try await tools.engine.deleteLayer(id) }
        case .detach(let id, let place, let force):
            // The engine closes a volume or leaves it as it is.
            try await refusing { try await tools.close(id, on: place.serverID, force: force) }
        case .stop(let id, let volumes, let force), .server(let id, let volumes, let force):
            try await stop(id, volumes, force, tools)
        }
    }

    private func refusing(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            throw StepRefusal(error)
        }
    }

    /// Closes a server's volumes and ends its process; if that fails it serves them as before.
    private func stop(_ id: ServerID, _ volumes: [VolumeID], _ force: Bool, _ tools: SagaTools) async throws {
        do {
            try await tools.close(volumes, on: id, force: force)
            try await tools.stopProcess(of: id, force: force)
        } catch {
            try await tools.reopen(volumes, on: id)
            throw StepRefusal(error)
        }
    }
}

extension RetryPolicy {
    /// 5 attempts, 1 s to 60 s apart; then an administrator is needed.
    static let deletion = RetryPolicy.backoff(attempts: 5, from: .seconds(1), to: .seconds(60))
}

/// The layers that a deletion frees. Fixed when it is accepted: nothing can come to rest on them later, because what
/// names them is busy. Something may stay on them, where an administrator abandons an earlier part of a plan: then they
/// stay too, until that goes.
struct FreedLayers: Codable, Sendable {
    /// Children before what they rest on.
    let ids: [LayerID]

    func forget(in transaction: any WriteTransaction) throws {
        try transaction.deleteLayers(transaction.layersThatCanGo(ids))
    }
}
