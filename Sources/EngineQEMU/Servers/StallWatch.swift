internal import Engine
internal import Logging
internal import Synchronization

/// Looks after commands to one process that may wait for its clients: disconnects those that would keep them waiting
/// for ever. A drain that somebody gave up, or that an earlier owner of the process began, goes on all the same, and
/// every later command waits behind it.
final class StallWatch: Sendable {
    private struct State {
        /// The latest, oldest first.
        var disconnections: [(time: ContinuousClock.Instant, name: String)] = []
    }

    private let clients: StalledClients
    private let logger: Logger
    private let state = Mutex(State())

    private static let interval = Duration.milliseconds(250)
    private static let keptCount = 256

    init(_ clients: StalledClients, logger: Logger) {
        self.clients = clients
        self.logger = logger
    }

    /// Runs a command under watch.
    func during<Value>(_ command: () async throws(EngineError) -> Value) async throws(EngineError) -> Value {
        let watching = Task { await watch() }
        let result: Result<Value, EngineError>
        do throws(EngineError) {
            result = .success(try await command())
        } catch {
            result = .failure(error)
        }
        watching.cancel()
        await watching.value
        return try result.get()
    }

    /// Who was disconnected since then; a process with several connections once.
    func disconnected(since begin: ContinuousClock.Instant) -> [String] {
        state.withLock { Set($0.disconnections.filter { $0.time >= begin }.map(\.name)).sorted() }
    }

    private func watch() async {
        let begin = ContinuousClock.now
        var (sleepCount, lastSign) = (await sleepCount(), begin)
        while (try? await Task.sleep(for: Self.interval)) != nil {
            let now = ContinuousClock.now
            let count = await self.sleepCount()
            if count != sleepCount { (sleepCount, lastSign) = (count, now) }
            let last = state.withLock { $0.disconnections.last?.time } ?? begin
            let stall = StalledClients.Stall(
                sinceBegin: begin.duration(to: now), inSilence: max(lastSign, last).duration(to: now))
            do throws(EngineError) {
                let name = try await BlockingWork.run { [clients] () throws(EngineError) in
                    try clients.disconnectNext(after: stall)
                }
                if let name { note(name) }
            } catch {
                logger.warning(
                    "cannot look after a command that waits",
                    metadata: ["server": "\(clients.server)", "cause": "\(error)"])
            }
        }
    }

    private func sleepCount() async -> Int64? {
        (try? await BlockingWork.run { [id = clients.processID] in ProcessFile.sleepCount(of: id) }) ?? nil
    }

    private func note(_ name: String) {
        logger.warning(
            "disconnected a client that would have been waited for for ever",
            metadata: ["server": "\(clients.server)", "client": "\(name)"])
        state.withLock { state in
            state.disconnections.append((.now, name))
            if state.disconnections.count > Self.keptCount { state.disconnections.removeFirst() }
        }
    }
}
