internal import Engine
internal import Model
internal import Operations
internal import Store

/// Looks at what a served volume's writers left, before and after what makes their data durable, for its grade.
struct WriterWatch: Sendable {
    let store: any MetadataStore
    let engine: any ServerEngine
    let clock: @Sendable () -> Timestamp

    /// Notes what a volume's top holds before it is served.
    func noteServing(_ id: VolumeID, on server: ServerID) async throws {
        guard let volume: Volume = try await store.read({ try $0.get(id) }), volume.servedLayer == nil else { return }
        let activity = try await settledActivity(of: volume.topLayerID, on: server)
        try await judge(id, "VOLUME_SERVED") { $0.beginServing(activity) }
    }

    /// Closes a volume by `body`.
    ///
    /// - Parameter isCutOff: its clients are not asked.
    func whileEndingServing(
        _ id: VolumeID, on server: ServerID, isCutOff: Bool, _ body: () async throws -> Void
    ) async throws {
        try await whileDoubting(id, on: server, "VOLUME_CLOSED", body) { volume, before, after in
            volume.endServing(before: before, after: after, isCutOff: isCutOff)
        }
    }

    /// Changes a served volume's top by `body`.
    func whileChanging(_ id: VolumeID, on server: ServerID?, _ body: () async throws -> Void) async throws {
        guard let server else { return try await body() }
        try await whileDoubting(id, on: server, "VOLUME_CHANGED", body) { volume, before, after in
            if let before, let after {
                volume.passOver(from: before, to: after)
            } else {
                volume.doubtWriters(at: after)
            }
        }
    }

    /// Does something that makes a volume's data durable, and judges its writers by what was seen before and after.
    /// Meanwhile, and if nobody comes to judge them, nothing is proved of them.
    private func whileDoubting(
        _ id: VolumeID, on server: ServerID, _ reason: String, _ body: () async throws -> Void,
        _ verdict: @escaping @Sendable (inout Volume, LayerActivity?, LayerActivity?) -> Void
    ) async throws {
        guard let volume: Volume = try await store.read({ try $0.get(id) }), volume.servedLayer != nil else {
            return try await body()
        }
        let before = await settledLook(at: id, on: server)
        try await judge(id, reason) { $0.doubtWriters(at: before) }
        do {
            try await body()
        } catch {
            if error.hasChangedNothing { try await judge(id, reason) { $0.takeBackDoubt(volume) } }
            throw error
        }
        let after = await settledLook(at: id, on: server)
        try await judge(id, reason) { judged in
            judged.takeBackDoubt(volume)
            verdict(&judged, before, after)
        }
    }

    /// Looks at volumes' recorded tops, all at once and without waiting. What cannot be looked at is left out: then
    /// nothing is proved.
    ///
    /// - Parameter server: nil: none has them open, and there is nothing to see.
    func look(at ids: [VolumeID], on server: ServerID?) async -> [VolumeID: LayerActivity] {
        guard let server, let tops = try? await tops(of: ids) else { return [:] }
        return await withTaskGroup(of: (VolumeID, LayerActivity?).self) { group in
            for (id, top) in tops {
                group.addTask { (id, try? await engine.activity(of: top, on: server)) }
            }
            return await group.reduce(into: [:]) { activities, found in activities[found.0] = found.1 }
        }
    }

    private func tops(of ids: [VolumeID]) async throws -> [VolumeID: LayerID] {
        try await store.read { transaction in
            try ids.reduce(into: [:]) { tops, id in tops[id] = try (transaction.get(id) as Volume?)?.topLayerID }
        }
    }

    private func settledLook(at id: VolumeID, on server: ServerID) async -> LayerActivity? {
        guard let top = try? await tops(of: [id])[id] else { return nil }
        return try? await settledActivity(of: top, on: server)
    }

    /// Waits out the moment in which two writes could not be told apart.
    private func settledActivity(of layer: LayerID, on server: ServerID) async throws -> LayerActivity {
        let activity = try await engine.activity(of: layer, on: server)
        guard !activity.isSettled else { return activity }
        try await Task.sleep(for: Self.settlingPause)
        return try await engine.activity(of: layer, on: server)
    }

    private static let settlingPause = Duration.milliseconds(25)

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

extension Error {
    /// The change was refused before it began.
    fileprivate var hasChangedNothing: Bool {
        self is StepRefusal || (self as? EngineError)?.reason == .volumeHasClients
    }
}
