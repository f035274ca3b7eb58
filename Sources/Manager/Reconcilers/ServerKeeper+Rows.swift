internal import Engine
internal import Logging
internal import Model
internal import Store

/// What users see of a server's serving.
extension ServerKeeper {
    private static func author(_ reason: String) -> ChangeAuthor {
        ChangeAuthor(principal: "holdpointd", source: "keeper", reason: reason)
    }

    /// A volume has at best what a power cut leaves when its writer was killed.
    ///
    /// - Parameter isStarting: the server shows that until it is served again.
    func noteLoss(of id: ServerID, isStarting: Bool) async throws {
        let now = clock()
        losses.note(id, at: now)
        try await store.write(for: .freeing) { transaction in
            for var volume in try transaction.volumes(of: id) {
                let before = volume
                volume.loseWriter()
                if volume != before { try transaction.update(&volume, by: Self.author("SERVER_LOST"), at: now) }
            }
            guard isStarting, var server: Server = try transaction.get(id), server.header.operationID == nil else {
                return
            }
            server.enter(.error, at: now)
            server.header.failure = .lost
            try transaction.update(&server, by: Self.author("SERVER_LOST"), at: now)
        }
    }

    /// Shows that a server runs, and which of its volumes are not served.
    ///
    /// - Returns: false if an operation has taken hold of it meanwhile.
    func noteServing(of id: ServerID, _ served: Served, _ attempt: Int) async throws -> Bool {
        let now = clock()
        let changed = try await store.write(for: .freeing) { transaction -> Set<VolumeID>? in
            guard var server = try transaction.unheld(id) else { return nil }
            if server.state == .error {
                server.enter(.running, at: now)
                server.header.failure = nil
                try transaction.update(&server, by: Self.author("SERVER_SERVES"), at: now)
            }
            return try transaction.show(served.failures, on: id, attempt, Self.author, at: now)
        }
        guard let changed else { return false }
        for (volume, failure) in served.failures where changed.contains(volume) || attempt.isNotable {
            log("a volume is not served", ["server": "\(id)", "volume": "\(volume)"], failure, attempt)
        }
        return true
    }

    /// Shows that a server that should be served is not.
    func noteFailure(of id: ServerID, _ failure: ServingFailure, _ attempt: Int) async throws {
        let now = clock()
        let isNew = try await store.write(for: .freeing) { transaction in
            guard var server = try transaction.unheld(id) else { return false }
            let isNew = server.header.failure?.isOf(failure) != true
            guard isNew || server.state != .error || attempt.isNotable else { return false }
            server.enter(.error, at: now)
            server.header.failure = failure.shown(on: server, attempts: attempt)
            try transaction.update(&server, by: Self.author("SERVER_NOT_SERVED"), at: now)
            return isNew
        }
        if isNew || attempt.isNotable { log("a server is not served", ["server": "\(id)"], failure, attempt) }
    }

    /// Shows on a volume that an operation holds what came of serving it.
    func show(_ failure: ServingFailure?, of id: VolumeID, in operation: Operation) async throws {
        let now = clock()
        try await store.write(for: .freeing) { transaction in
            guard let volume: Volume = try transaction.get(id) else { return }
            var shown = volume
            shown.enter(failure == nil ? .inUse : .error, at: now)
            shown.header.failure = failure?.shown(on: volume, attempts: 1)
            if shown != volume { try transaction.update(&shown, by: .operation(operation), at: now) }
        }
    }

    private func log(_ message: Logger.Message, _ what: Logger.Metadata, _ failure: ServingFailure, _ attempt: Int) {
        let why: Logger.Metadata = ["error": "\(failure.reason): \(failure.message)", "attempt": "\(attempt)"]
        logger.error(message, metadata: what.merging(why) { _, new in new })
    }
}

extension ReadTransaction {
    /// A server that should run, unless an operation holds it.
    fileprivate func unheld(_ id: ServerID) throws -> Server? {
        guard let server: Server = try get(id), server.header.operationID == nil, server.shouldRun else { return nil }
        return server
    }
}

extension WriteTransaction {
    /// - Returns: volumes whose failure is a new one.
    fileprivate func show(
        _ failures: [VolumeID: ServingFailure], on server: ServerID, _ attempt: Int,
        _ author: (String) -> ChangeAuthor, at now: Timestamp
    ) throws -> Set<VolumeID> {
        var changed: Set<VolumeID> = []
        for var volume in try volumes(of: server) where volume.header.operationID == nil {
            guard volume.state == .inUse || volume.state == .error else { continue }
            if let failure = failures[volume.id] {
                let isNew = volume.header.failure?.isOf(failure) != true
                guard isNew || volume.state != .error || attempt.isNotable else { continue }
                if isNew { changed.insert(volume.id) }
                volume.enter(.error, at: now)
                volume.header.failure = failure.shown(on: volume, attempts: attempt)
                try update(&volume, by: author("VOLUME_NOT_SERVED"), at: now)
            } else if volume.state == .error {
                volume.enter(.inUse, at: now)
                volume.header.failure = nil
                try update(&volume, by: author("VOLUME_SERVED"), at: now)
            }
        }
        return changed
    }
}

extension Failure {
    fileprivate static let lost = Failure(
        step: ServingFailure.step, reason: Reason.serverLost.rawValue,
        message: "its process ended while holdpointd did not run; it is being started again", attempts: 0,
        resolvableBy: .user)

    fileprivate func isOf(_ failure: ServingFailure) -> Bool {
        step == ServingFailure.step && reason == failure.reason && message.hasPrefix(failure.message)
    }
}

extension Int {
    /// Attempts that are told: ever fewer the more there are.
    fileprivate var isNotable: Bool { self > 0 && self & (self - 1) == 0 }
}
