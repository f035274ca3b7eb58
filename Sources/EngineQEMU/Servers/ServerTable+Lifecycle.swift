internal import Engine
internal import Model

extension ServerTable {
    /// Starts a server's process. One that runs and answers stays.
    ///
    /// - Throws: `.timeout` if one runs and does not answer: its clients may still be served, so it is left alone.
    func start(_ id: ServerID) async throws(EngineError) {
        try await inTurn(of: id) { () throws(EngineError) in
            if let monitor = try await monitor(of: id) { return try await monitor.requireAnswer() }
            try await process(of: id).start()
            _ = try await runningMonitor(of: id)
        }
    }

    /// Ends a server's process and removes its files. A process that answers is given time to write back what it holds.
    ///
    /// - Parameter force: ends one that does not answer, or does not end in time: a power cut for its clients.
    /// - Throws: `.timeout` for such a one without `force`; what was asked of it may still come.
    func stop(_ id: ServerID, force: Bool) async throws(EngineError) {
        try await inTurn(of: id) { () throws(EngineError) in
            beginStopping(id)
            do throws(EngineError) {
                try await end(id, force: force)
            } catch {
                endStopping(id, hasEnded: false)
                throw error
            }
            endStopping(id, hasEnded: true)
        }
    }

    private func end(_ id: ServerID, force: Bool) async throws(EngineError) {
        let process = process(of: id)
        let isEnding: Bool
        do throws(EngineError) {
            try await quit(id)
            isEnding = try await process.waitForEnd(limits.stopDeadline)
        } catch {
            guard force, error.reason == .timeout else { throw error }
            isEnding = false
        }
        if !isEnding {
            guard force else { throw EngineError(.timeout, "the process of \(id) has not ended in time") }
            try await process.kill()
        }
        try await BlockingWork.run { () throws(EngineError) in try process.removeFiles() }
    }

    /// Asks the process to end; one that ends meanwhile has done it.
    private func quit(_ id: ServerID) async throws(EngineError) {
        do throws(EngineError) {
            guard let monitor = try await monitor(of: id) else { return }
            try await monitor.session.execute("quit")
            await monitor.session.close()
        } catch {
            guard error.reason == .serverLost else { throw error }
        }
    }
}
