internal import Model

extension SimulatedStorage {
    mutating func prepareCut(_ cuts: [Cut], of server: ServerID?) throws(EngineError) {
        let process = try server.map { server throws(EngineError) in try self.process(of: server) }
        for cut in cuts {
            try check(cut.chain.layers)
            guard let top = cut.chain.layers.last, top.size == cut.overlay.size else {
                throw EngineError(.failed, "\(cut.overlay.id) is not as large as what it goes on")
            }
            if let process, process.activeLayers[cut.chain.volume] != top.id {
                guard process.activeLayers[cut.chain.volume] != cut.overlay.id else { continue }
                throw EngineError(.failed, "\(cut.chain.volume) is not attached with \(top.id)")
            }
            if layers[cut.overlay.id] == nil {
                try requireRoom(bytes: SimulatedEngine.layerOverheadBytes)
                layers[cut.overlay.id] = StoredLayer(size: cut.overlay.size, parent: top.id)
            }
            if let server { processes[server]?.preparedOverlays.insert(cut.overlay.id) }
        }
    }

    mutating func cut(_ cuts: [Cut], of server: ServerID?) throws(EngineError) -> CutReport {
        var report = CutReport()
        report.duration = try switchToOverlays(cuts, of: server)
        freeze(cuts.compactMap(\.chain.layers.last))
        return report
    }

    private mutating func switchToOverlays(_ cuts: [Cut], of server: ServerID?) throws(EngineError) -> Duration {
        guard let server, let process = processes[server] else {
            for cut in cuts {
                try check(cut.chain.layers + [cut.overlay])
                guard let top = cut.chain.layers.last, !isActive(top.id) else {
                    throw EngineError(.failed, "a process has \(cut.chain.volume) open")
                }
            }
            return .zero
        }
        if cuts.allSatisfy({ process.activeLayers[$0.chain.volume] == $0.overlay.id }) { return .zero }
        for cut in cuts {
            guard process.activeLayers[cut.chain.volume] == cut.chain.layers.last?.id,
                process.preparedOverlays.contains(cut.overlay.id)
            else { throw EngineError(.failed, "\(cut.overlay.id) is not prepared in \(server)") }
        }
        for cut in cuts {
            processes[server]?.preparedOverlays.remove(cut.overlay.id)
            if let active = cut.chain.layers.last { flush(active.id) }
            processes[server]?.activeLayers[cut.chain.volume] = cut.overlay.id
        }
        return SimulatedEngine.cutDuration
    }

    mutating func discardCut(_ cuts: [Cut], of server: ServerID?) throws(EngineError) {
        for cut in cuts where layers[cut.overlay.id] != nil {
            let isCut = cut.chain.layers.last.map { layers[$0.id]?.isFrozen == true } ?? false
            guard !isCut, !isActive(cut.overlay.id), layers[cut.overlay.id]?.blocks.isEmpty != false else {
                throw EngineError(.failed, "\(cut.overlay.id) may have been active")
            }
        }
        for cut in cuts {
            for process in processes.keys { processes[process]?.preparedOverlays.remove(cut.overlay.id) }
            layers[cut.overlay.id] = nil
        }
    }
}
