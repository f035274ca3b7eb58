internal import Engine
internal import Model
internal import Store

/// Looks at what a served volume's writers left, before and after what makes their data durable, for its grade.
struct WriterWatch: Sendable {
    let store: any MetadataStore
    let engine: any StorageEngine
    let clock: @Sendable () -> Timestamp

    /// Notes what a volume's top holds before it is served.
    func noteServing(_ id: VolumeID, on server: ServerID) async throws {
        guard let volume: Volume = try await store.read({ try $0.get(id) }), volume.servedLayer == nil else { return }
        let activity = try await engine.activity(of: volume.topLayerID, on: server)
        try await judge(id, "VOLUME_SERVED") { $0.beginServing(activity) }
    }

    /// Closes a volume by `body`.
    ///
    /// - Parameter isCutOff: its clients are not asked.
    func whileEndingServing(
        _ id: VolumeID, on server: ServerID, isCutOff: Bool, _ body: () async throws -> Void
    ) async throws {
        let before = await activities(of: [id], on: server)[id]
        try await body()
        let after = await activities(of: [id], on: server)[id]
        try await judge(id, "VOLUME_CLOSED") { $0.endServing(before: before, after: after, isCutOff: isCutOff) }
    }

    /// Cuts volumes by `body`, which makes what was written to their tops durable.
    ///
    /// - Parameter isFirst: they were certainly not cut before.
    func whileCutting(
        _ ids: [VolumeID], on server: ServerID?, isFirst: Bool, _ body: () async throws -> Void
    ) async throws {
        guard let server else { return try await body() }
        let before = isFirst ? await activities(of: ids, on: server) : [:]
        try await body()
        let after = await activities(of: ids, on: server)
        for id in ids { try await judge(id, "VOLUME_CUT") { $0.judgeWriters(before: before[id], after: after[id]) } }
    }

    /// Changes a served volume's top by `body`.
    func whileChanging(_ id: VolumeID, on server: ServerID?, _ body: () async throws -> Void) async throws {
        guard let server, let before = await activities(of: [id], on: server)[id] else { return try await body() }
        try await body()
        guard let after = await activities(of: [id], on: server)[id] else { return }
        try await judge(id, "VOLUME_CHANGED") { $0.passOver(from: before, to: after) }
    }

    /// Of the recorded tops; what cannot be looked at is left out: then nothing is proved.
    private func activities(of ids: [VolumeID], on server: ServerID) async -> [VolumeID: LayerActivity] {
        var activities: [VolumeID: LayerActivity] = [:]
        for id in ids {
            guard let volume: Volume = try? await store.read({ try $0.get(id) }) else { continue }
            activities[id] = try? await engine.activity(of: volume.topLayerID, on: server)
        }
        return activities
    }

    private func judge(
        _ id: VolumeID, _ reason: String, _ body: @escaping @Sendable (inout Volume) -> Void
    ) async throws {
        let now = clock()
        let author = ChangeAuthor(principal: "holdpointd", source: "grade", reason: reason)
        try await store.write { transaction in
            guard let volume: Volume = try transaction.get(id) else { return }
            var judged = volume
            body(&judged)
            if judged != volume { try transaction.update(&judged, by: author, at: now) }
        }
    }
}
