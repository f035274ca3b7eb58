internal import Model
internal import Synchronization

/// Servers whose process ended by itself, for an hour. In memory: after a restart they are in the events and the log.
final class ServerLosses: Sendable {
    static let keptFor = Duration.seconds(3_600)
    /// Servers that are remembered; more of them at a time are a problem of the host.
    private static let maximumCount = 1_000

    struct Loss {
        let server: ServerID
        let time: Timestamp
        /// By the clock that does not jump.
        fileprivate let instant: ContinuousClock.Instant
    }

    private let losses = Mutex<[ServerID: Loss]>([:])

    func note(_ server: ServerID, at time: Timestamp) {
        losses.withLock { losses in
            guard losses.count < Self.maximumCount || losses[server] != nil else { return }
            losses[server] = Loss(server: server, time: time, instant: .now)
        }
    }

    /// Those of the last hour, the latest loss of each server; older ones are forgotten.
    func recent() -> [Loss] {
        losses.withLock { losses in
            losses = losses.filter { $0.value.instant + Self.keptFor > .now }
            return losses.values.sorted { ($0.time, $0.server.rawValue) < ($1.time, $1.server.rawValue) }
        }
    }
}
