public import Engine
public import Model

extension QEMUEngine {
    public func prepareCut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) {
        guard let server else {
            try await createOverlays(cuts)
            return try await layers.sync(cuts.map(\.overlay.id))
        }
        let monitor = try await servers.runningMonitor(of: server)
        await monitor.turns.begin()
        defer { monitor.turns.end() }
        let served = monitor.served
        let undone = cuts.filter { served[$0.chain.volume] != $0.overlay.id }
        for cut in undone where served[cut.chain.volume] != cut.chain.layers.last?.id {
            throw EngineError(.failed, "\(cut.chain.volume) is not attached with the layers that it is said to have")
        }
        try await createOverlays(undone.filter { !monitor.isOpen($0.overlay.id) })
        try await forEachConcurrently([Preparation.durable, .open]) { [layers] preparation throws(EngineError) in
            switch preparation {
            case .durable: try await layers.sync(undone.map(\.overlay.id))
            case .open:
                try await forEachConcurrently(undone) { cut throws(EngineError) in
                    try await monitor.prepare(cut.overlay.id)
                }
            }
        }
    }

    /// What overlays need before a cut; either takes some milliseconds and does not wait for the other.
    private enum Preparation {
        case durable, open
    }

    private func createOverlays(_ cuts: [Cut]) async throws(EngineError) {
        try await BlockingWork.run { [layers] () throws(EngineError) in
            for cut in cuts {
                // QEMU takes an overlay that is smaller than what it goes on, and then fails writes that it
                // acknowledged.
                guard let active = cut.chain.layers.last, try layers.size(of: active.id) == cut.overlay.size else {
                    throw EngineError(.failed, "\(cut.overlay.id) is not as large as what it goes on")
                }
                try layers.create(cut.overlay, parent: active.id)
            }
        }
    }

    @discardableResult
    public func cut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) -> Duration {
        var duration: Duration?
        if let server { duration = try await switchToOverlays(cuts, of: server) }
        if duration == nil { try await checkOverlays(of: cuts) }
        await freeze(cuts.compactMap(\.chain.layers.last))
        return duration ?? .zero
    }

    /// Checks that a cut that no process makes was prepared.
    private func checkOverlays(of cuts: [Cut]) async throws(EngineError) {
        try await BlockingWork.run { [layers] () throws(EngineError) in
            for cut in cuts {
                let lower = cut.chain.layers.dropLast()
                try layers.check(cut.chain.layers.suffix(1) + [cut.overlay], over: lower.last?.id)
            }
        }
    }

    /// Makes the cut in the server's process. If the process does not answer, nobody knows whether it made the cut or
    /// will make it later; it is ended, and whoever opens the volumes next opens the overlays.
    ///
    /// - Returns: nil if no process runs that could make the cut.
    private func switchToOverlays(_ cuts: [Cut], of server: ServerID) async throws(EngineError) -> Duration? {
        do {
            guard let monitor = try await servers.monitor(of: server) else { return nil }
            return try await switchToOverlays(cuts, in: monitor)
        } catch  where error.reason == .serverLost || error.reason == .timeout {
            try await servers.process(of: server).kill()
            return nil
        }
    }

    private func switchToOverlays(_ cuts: [Cut], in monitor: ServerMonitor) async throws(EngineError) -> Duration {
        await monitor.turns.begin()
        defer { monitor.turns.end() }
        let served = monitor.served
        if cuts.allSatisfy({ served[$0.chain.volume] == $0.overlay.id }) { return .zero }
        var switches: [ServerMonitor.Switch] = []
        for cut in cuts {
            guard let active = cut.chain.layers.last?.id, served[cut.chain.volume] == active,
                monitor.isOpen(cut.overlay.id)
            else { throw EngineError(.failed, "the cut of \(cut.chain.volume) is not prepared") }
            switches.append(ServerMonitor.Switch(volume: cut.chain.volume, active: active, overlay: cut.overlay.id))
        }
        return try await monitor.switchToOverlays(switches)
    }

    public func discardCut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) {
        let monitor: ServerMonitor?
        if let server { monitor = try await servers.monitor(of: server) } else { monitor = nil }
        await monitor?.turns.begin()
        defer { monitor?.turns.end() }
        let served = monitor?.served ?? [:]
        for cut in cuts where served[cut.chain.volume] == cut.overlay.id {
            throw EngineError(.failed, "\(cut.overlay.id) is active")
        }
        for cut in cuts { try await monitor?.close(cut.overlay.id) }
        try await BlockingWork.run { [layers] () throws(EngineError) in
            for cut in cuts { try Self.discard(cut, layers) }
        }
    }

    /// Deletes an overlay that was never active: it holds no data, and what it rests on is not frozen.
    private static func discard(_ cut: Cut, _ layers: LayerStore) throws(EngineError) {
        guard try layers.exists(cut.overlay.id) else { return }
        guard let active = cut.chain.layers.last, try !layers.isFrozen(active.id), try !layers.hasData(cut.overlay)
        else {
            throw EngineError(.failed, "\(cut.overlay.id) may have been active")
        }
        try layers.delete(cut.overlay.id)
    }
}
