public import Engine
public import Model

extension QEMUEngine {
    public func prepareCut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) {
        guard let server else {
            try await requireUnlocked(cuts)
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
    public func cut(
        _ cuts: [Cut], of server: ServerID?, within limit: Duration
    ) async throws(CutFailure) -> CutReport {
        var report: CutReport?
        if let server { report = try await switchToOverlays(cuts, of: server, within: limit) }
        if report == nil {
            do throws(EngineError) {
                try await requireUnlocked(cuts)
                try await checkOverlays(of: cuts)
            } catch {
                // Without a server nothing but this call could make the cut; a process that died may have made it.
                throw CutFailure(server == nil ? .nothingCut : .unknown, error)
            }
        }
        await freeze(cuts.compactMap(\.chain.layers.last))
        return report ?? CutReport()
    }

    /// Proves that nobody writes to what a cut without a process freezes.
    private func requireUnlocked(_ cuts: [Cut]) async throws(EngineError) {
        try await BlockingWork.run { [layers] () throws(EngineError) in
            try layers.requireUnlocked(cuts.flatMap { [$0.chain.layers.last?.id, $0.overlay.id].compactMap { $0 } })
        }
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

    /// Makes the cut in the server's process.
    ///
    /// - Returns: nil if no process runs that could make the cut: one that died counts as having made it.
    private func switchToOverlays(
        _ cuts: [Cut], of server: ServerID, within limit: Duration
    ) async throws(CutFailure) -> CutReport? {
        let monitor: ServerMonitor?
        do throws(EngineError) {
            monitor = try await servers.monitor(of: server)
        } catch {
            throw CutFailure(.nothingCut, error)
        }
        guard let monitor else { return nil }
        await monitor.turns.begin()
        defer { monitor.turns.end() }
        do throws(CutFailure) {
            return try await LiveCut(cuts, in: monitor).make(within: limit)
        } catch {
            guard error.cause.reason == .serverLost, try await hasEnded(server) else { throw error }
            return nil
        }
    }

    private func hasEnded(_ server: ServerID) async throws(CutFailure) -> Bool {
        do throws(EngineError) {
            return try await servers.process(of: server).waitForEnd(limits.commandDeadline)
        } catch {
            throw CutFailure(.unknown, error)
        }
    }

    @discardableResult
    public func discardCut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) -> [String] {
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
        return monitor?.disconnectedSinceGivingUp() ?? []
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
