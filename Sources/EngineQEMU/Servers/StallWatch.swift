internal import Engine
internal import Logging
internal import Synchronization

/// Looks after a command that waits for clients: disconnects those that would keep it waiting for ever.
struct StallWatch {
    let clients: StalledClients
    let logger: Logger

    private static let interval = Duration.milliseconds(250)

    /// What a watched command came to.
    struct Outcome {
        let result: Result<Duration, EngineError>
        /// Whom it cost; a process with several connections once.
        let disconnected: [String]
    }

    /// Runs a command under watch.
    func during(_ command: () async throws(EngineError) -> Void) async -> Outcome {
        let disconnected = Mutex<[String]>([])
        let watching = Task { await watch { name in disconnected.withLock { $0.append(name) } } }
        let begin = ContinuousClock.now
        let result: Result<Duration, EngineError>
        do throws(EngineError) {
            try await command()
            result = .success(begin.duration(to: .now))
        } catch {
            result = .failure(error)
        }
        watching.cancel()
        await watching.value
        return Outcome(result: result, disconnected: disconnected.withLock { Set($0).sorted() })
    }

    private func watch(_ note: @Sendable (String) -> Void) async {
        let begin = ContinuousClock.now
        var lastDisconnection = begin
        while (try? await Task.sleep(for: Self.interval)) != nil {
            let stall = StalledClients.Stall(
                sinceBegin: begin.duration(to: .now), sinceLastDisconnection: lastDisconnection.duration(to: .now))
            do throws(EngineError) {
                let name = try await BlockingWork.run { [clients] () throws(EngineError) in
                    try clients.disconnectNext(after: stall)
                }
                guard let name else { continue }
                logger.warning(
                    "disconnected a client that a cut would have waited for for ever",
                    metadata: ["server": "\(clients.server)", "client": "\(name)"])
                note(name)
                lastDisconnection = .now
            } catch {
                logger.warning(
                    "cannot look after a cut that waits",
                    metadata: ["server": "\(clients.server)", "cause": "\(error)"])
            }
        }
    }
}
