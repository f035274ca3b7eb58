internal import Engine
internal import Model

/// One cut in a server's process, which lives: first every request that clients have begun is waited for, then all
/// volumes are switched at once.
///
/// Two commands, because a switch that waits cannot be taken back: whoever gave up would have to guess. Waiting alone
/// changes nothing, so it may take as long as the caller likes, and giving up leaves the overlays unused. What stalls
/// between the two is waited for as well, beyond the caller's limit. Decided 2026-11; rejected: one transaction that an
/// action with a file can make fail from outside (a node and a file more for every cut), and ending the process.
struct LiveCut {
    private let cuts: [Cut]
    private let monitor: ServerMonitor
    private let stalls: StallWatch

    /// What the switch itself has at least.
    private static let shortestSwitchLimit = Duration.seconds(60)
    /// Waiting for less is no stall that anybody would want to be told of.
    private static let shortestStall = Duration.seconds(1)

    /// - Parameter monitor: it is the caller's turn there.
    init(_ cuts: [Cut], in monitor: ServerMonitor, stalls: StallWatch) {
        self.cuts = cuts
        self.monitor = monitor
        self.stalls = stalls
    }

    func make(within limit: Duration) async throws(CutFailure) -> CutReport {
        let served = monitor.served
        if cuts.allSatisfy({ served[$0.chain.volume] == $0.overlay.id }) { return CutReport() }
        let switches = try preparedSwitches(served)
        let (stall, disconnected) = try await drain(within: limit)
        var report = CutReport()
        let left = max(Self.shortestSwitchLimit, limit - stall)
        let outcome = await stalls.during { () throws(EngineError) in
            report.duration = try await monitor.switchToOverlays(switches, within: left)
        }
        report.disconnectedClients = disconnected + outcome.disconnected.filter { !disconnected.contains($0) }
        if case .failure(let error) = outcome.result {
            throw CutFailure(
                Self.wasRefused(error) ? .nothingCut : .unknown, error,
                disconnectedClients: report.disconnectedClients)
        }
        let waited = stall + (report.duration >= Self.shortestStall ? report.duration : .zero)
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

    /// Nothing is cut yet.
    private func drain(within limit: Duration) async throws(CutFailure) -> (stall: Duration, disconnected: [String]) {
        let outcome = await stalls.during { () throws(EngineError) in try await monitor.drain(within: limit) }
        switch outcome.result {
        case .success(let stall): return (stall, outcome.disconnected)
        case .failure(let error):
            let cause =
                error.reason == .timeout
                ? EngineError(
                    .timeout,
                    "the cut was given up after \(limit): a disk or client did not finish what it had begun; "
                        + "nothing was changed")
                : error
            throw CutFailure(.nothingCut, cause, disconnectedClients: outcome.disconnected)
        }
    }

    /// The process answered, and undid what it had begun.
    private static func wasRefused(_ error: EngineError) -> Bool {
        error.reason == .failed || error.reason == .storageFull
    }
}
