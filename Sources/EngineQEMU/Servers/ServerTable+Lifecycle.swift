internal import Engine
internal import Model

extension ServerTable {
    /// Starts a server's process. One that runs and answers stays; one that runs and does not answer is ended first.
    func start(_ id: ServerID) async throws(EngineError) {
        if await answers(id) { return }
        let process = process(of: id)
        try await process.kill()
        try await process.start()
        _ = try await runningMonitor(of: id)
    }

    private func answers(_ id: ServerID) async -> Bool {
        do {
            return try await monitor(of: id) != nil
        } catch {
            return false
        }
    }

    /// Ends a server's process and removes its files. A process that answers is given time to write back what it holds.
    func stop(_ id: ServerID) async throws(EngineError) {
        beginStopping(id)
        defer { endStopping(id) }
        let process = process(of: id)
        let hasAnswered = try await quit(id)
        let hasEnded = await process.waitForEnd(hasAnswered ? limits.stopDeadline : .zero)
        if !hasEnded { try await process.kill() }
        try await BlockingWork.run { () throws(EngineError) in try process.removeFiles() }
    }

    /// Asks the process to end.
    ///
    /// - Returns: false if it does not answer.
    private func quit(_ id: ServerID) async throws(EngineError) -> Bool {
        do {
            guard let monitor = try await monitor(of: id) else { return true }
            try await monitor.session.execute("quit")
            await monitor.session.close()
            return true
        } catch  where error.reason == .serverLost || error.reason == .timeout {
            return process(of: id).runningID() == nil
        }
    }
}
