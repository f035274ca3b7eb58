internal import Engine
internal import Model

/// Why a server, or a volume of it, is not served.
struct ServingFailure: Sendable, Hashable {
    static let step = "serve"

    let reason: String
    let message: String

    /// - Returns: nil for what is not about the volume but about the server's process.
    init?(ofVolume error: any Error) {
        guard let error = error as? EngineError else { return nil }
        if error.reason == .serverLost || error.reason == .timeout { return nil }
        self.init(error)
    }

    init(_ error: any Error) {
        let told = problem(of: error, step: Self.step)
        reason = told.reason
        message = told.message
    }

    func shown(on volume: Volume, attempts: Int) -> Failure {
        shown(
            "\(message). It is not served, and tried again; `holdpoint volume detach \(volume.id)` keeps what there "
                + "is, and a snapshot of it gives a new volume", attempts)
    }

    func shown(on server: Server, attempts: Int) -> Failure {
        let wayOut =
            reason == Reason.engineTimeout.rawValue
            ? "Its process lives and is left alone: look at what stopped it, or end it with "
                + "`holdpoint server stop \(server.id) --force`, which cuts its clients off"
            : "`holdpoint server stop \(server.id)` ends the tries"
        return shown("\(message). It is tried again. \(wayOut)", attempts)
    }

    private func shown(_ message: String, _ attempts: Int) -> Failure {
        Failure(step: Self.step, reason: reason, message: message, attempts: attempts, resolvableBy: .user)
    }
}

extension Warning {
    static func notServed(_ server: ServerID, _ failure: ServingFailure) -> Warning {
        Warning(
            reason: "SERVER_NOT_SERVED",
            message: "server \(server) is not served: \(failure.reason): \(failure.message); it is tried again")
    }

    static func notServed(_ volume: Volume) -> Warning {
        Warning(
            reason: "VOLUME_NOT_SERVED",
            message: "volume \(volume.header.name) is not served: "
                + (volume.header.failure.map { "\($0.reason): \($0.message)" } ?? "its failure is not known"))
    }
}
