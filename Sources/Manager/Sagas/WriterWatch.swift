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
        let before = await look(at: [id], on: server)[id]
        try await body()
        let after = await look(at: [id], on: server)[id]
        try await judge(id, "VOLUME_CLOSED") { $0.endServing(before: before, after: after, isCutOff: isCutOff) }
    }

    /// Judges the writers of volumes that were cut, which made what they had written durable.
    ///
    /// - Parameter before: what was seen before; none of those that may have been cut earlier.
    func noteCut(_ ids: [VolumeID], on server: ServerID?, before: [VolumeID: LayerActivity]) async throws {
        let after = await look(at: ids, on: server)
        for id in ids { try await judge(id, "VOLUME_CUT") { $0.judgeWriters(before: before[id], after: after[id]) } }
    }

    /// Changes a served volume's top by `body`.
    func whileChanging(_ id: VolumeID, on server: ServerID?, _ body: () async throws -> Void) async throws {
        guard let server, let before = await look(at: [id], on: server)[id] else { return try await body() }
        try await body()
        guard let after = await look(at: [id], on: server)[id] else { return }
        try await judge(id, "VOLUME_CHANGED") { $0.passOver(from: before, to: after) }
    }

    /// Looks at volumes' recorded tops. What cannot be looked at is left out: then nothing is proved.
    ///
    /// - Parameter server: nil: none has them open, and there is nothing to see.
    func look(at ids: [VolumeID], on server: ServerID?) async -> [VolumeID: LayerActivity] {
        guard let server else { return [:] }
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
        try await store.write(for: .freeing) { transaction in
            guard let volume: Volume = try transaction.get(id) else { return }
            var judged = volume
            body(&judged)
            if judged != volume { try transaction.update(&judged, by: author, at: now) }
        }
    }
}
