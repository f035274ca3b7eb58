internal import Engine
internal import Model

/// One cut in a server's process, which lives: first it is rehearsed, then all volumes are switched at once.
///
/// A switch that waits cannot be taken back: whoever gave up would have to guess. A rehearsal waits for the same things
/// (requests that clients have begun, the flush of what they have written) and changes nothing, so giving it up leaves
/// the overlays unused, at any time. What stalls between the two is waited for as well, beyond the caller's limit; with
/// everything flushed a moment ago that is rare. Decided 2026-11. It costs about as much as the switch (0.9 ms for one
/// volume, 3.7 for eight). Rejected: draining alone, by an empty transaction (the flush is then left to the switch),
/// and ending the process.
struct LiveCut {
    private let cuts: [Cut]
    private let monitor: ServerMonitor

    /// What the switch itself has at least.
    private static let shortestSwitchLimit = Duration.seconds(60)
    /// Waiting for less is no stall that anybody would want to be told of.
    private static let shortestStall = Duration.seconds(1)

    /// - Parameter monitor: it is the caller's turn there.
    init(_ cuts: [Cut], in monitor: ServerMonitor) {
        self.cuts = cuts
        self.monitor = monitor
    }

    func make(within limit: Duration) async throws(CutFailure) -> CutReport {
        let served = monitor.served
        if cuts.allSatisfy({ served[$0.chain.volume] == $0.overlay.id }) { return CutReport() }
        let switches = try preparedSwitches(served)
        let begin = ContinuousClock.now
        try await rehearse(switches, within: limit, since: begin)
        let rehearsed = begin.duration(to: .now)
        var report = CutReport()
        do throws(EngineError) {
            let left = max(Self.shortestSwitchLimit, limit - rehearsed)
            report.duration = try await monitor.switchToOverlays(switches, within: left)
        } catch {
            throw failure(Self.wasRefused(error) ? .nothingCut : .unknown, error, since: begin)
        }
        report.disconnectedClients = monitor.stalls.disconnected(since: begin)
        let waited = rehearsed + (report.duration >= Self.shortestStall ? report.duration : .zero)
        if waited >= Self.shortestStall { report.stall = waited }
        return report
    }

    private func preparedSwitches(
        _ served: [VolumeID: LayerID]
    ) throws(CutFailure) -> [ServerMonitor.Switch] {
        var switches: [ServerMonitor.Switch] = []
        for cut in cuts {
            guard let active = cut.chain.layers.last?.id, served[cut.chain.volume] == active,
                monitor.isOpen(cut.overlay.id)
            else {
                let cause = EngineError(.failed, "the cut of \(cut.chain.volume) is not prepared")
                // An earlier process may have made it.
                throw CutFailure(.unknown, cause)
            }
            switches.append(ServerMonitor.Switch(volume: cut.chain.volume, active: active, overlay: cut.overlay.id))
        }
        return switches
    }

    /// Nothing is cut yet. A rehearsal that is given up goes on by itself, and so does the watch over who keeps it
    /// waiting: until it has ended no client of the server is served.
    private func rehearse(
        _ switches: [ServerMonitor.Switch], within limit: Duration, since begin: ContinuousClock.Instant
    ) async throws(CutFailure) {
        let (results, continuation) = AsyncStream<EngineError?>.makeStream()
        Task { [monitor] in
            do throws(EngineError) {
                try await monitor.rehearse(switches)
                continuation.yield(nil)
            } catch {
                continuation.yield(error)
            }
            continuation.finish()
        }
        switch await Self.first(of: results, within: limit) {
        case .some(nil): return
        case .some(let error?): throw failure(.nothingCut, error, since: begin)
        case nil:
            let cause = EngineError(
                .timeout,
                "the cut was given up after \(limit): a disk or client did not finish what it had begun; "
                    + "nothing was cut")
            monitor.noteGivingUp()
            throw failure(.nothingCut, cause, since: begin)
        }
    }

    private static func first(
        of results: AsyncStream<EngineError?>, within limit: Duration
    ) async -> EngineError?? {
        await withTaskGroup(of: (EngineError??).self) { group in
            group.addTask {
                for await result in results { return .some(result) }
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    private func failure(
        _ outcome: CutFailure.Outcome, _ cause: EngineError, since begin: ContinuousClock.Instant
    ) -> CutFailure {
        CutFailure(outcome, cause, disconnectedClients: monitor.stalls.disconnected(since: begin))
    }

    /// The process answered, and undid what it had begun.
    private static func wasRefused(_ error: EngineError) -> Bool {
        error.reason == .failed || error.reason == .storageFull
    }
}
