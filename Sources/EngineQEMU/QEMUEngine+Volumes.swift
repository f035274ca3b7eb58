public import Engine
public import Model

extension QEMUEngine {
    private static let clientPollInterval = Duration.milliseconds(50)

    public func attach(_ volume: VolumeChain, to server: ServerID) async throws(EngineError) {
        let monitor = try await servers.runningMonitor(of: server)
        await monitor.turns.begin()
        defer { monitor.turns.end() }
        guard let active = volume.layers.last else { throw EngineError(.failed, "\(volume.volume) has no layers") }
        if let served = monitor.served[volume.volume] {
            guard served == active.id else { throw EngineError(.failed, "\(volume.volume) is attached with \(served)") }
            return
        }
        try await checkForWriting(volume)
        do {
            try await open(volume, in: monitor)
            await freeze(volume.layers.dropLast())
            try await monitor.export(volume.volume, layer: active.id)
        } catch {
            // What the failure leaves open would block the next attempt elsewhere; if it cannot be closed, the process
            // is lost and the first error says so.
            try? await closeUnneeded(in: monitor)
            throw error
        }
    }

    /// Checks a chain, and that its active layer is not frozen.
    private func checkForWriting(_ volume: VolumeChain) async throws(EngineError) {
        try await BlockingWork.run { [layers] () throws(EngineError) in
            try layers.check(volume.layers)
            layers.note(volume.layers)
            guard let active = volume.layers.last, try !layers.isFrozen(active.id) else {
                throw EngineError(.failed, "the active layer of \(volume.volume) is frozen")
            }
        }
    }

    /// Opens a chain root first; layers that another volume of the server has open are shared.
    private func open(_ volume: VolumeChain, in monitor: ServerMonitor) async throws(EngineError) {
        var parent: LayerID?
        for layer in volume.layers.dropLast() {
            if !monitor.isOpen(layer.id) { try await monitor.openFrozen(layer.id, parent: parent) }
            parent = layer.id
        }
        guard let active = volume.layers.last else { return }
        // One that is open already was left by an attempt that failed, perhaps without its parent.
        try await monitor.close(active.id)
        try await monitor.openWritable(active.id, parent: parent)
    }

    public func detach(_ volume: VolumeID, from server: ServerID, force: Bool) async throws(EngineError) {
        guard let monitor = try await servers.monitor(of: server) else { return }
        await monitor.turns.begin()
        defer { monitor.turns.end() }
        let active = monitor.served[volume]
        if active != nil { try await endExport(volume, of: server, in: monitor, force: force) }
        try await closeUnneeded(in: monitor)
        guard let active else { return }
        try await BlockingWork.run { [layers] () throws(EngineError) in try Files.sync(layers.path(of: active)) }
    }

    /// Ends an export; a process notices a little late that a client has gone, so a refusal counts only if it lasts.
    func endExport(
        _ volume: VolumeID, of server: ServerID, in monitor: ServerMonitor, force: Bool
    ) async throws(EngineError) {
        let end = ContinuousClock.now + limits.clientGrace
        while true {
            do {
                return try await monitor.endExport(volume, force: force)
            } catch  where error.message.contains("still in use") {
                guard ContinuousClock.now < end else {
                    let clients = try await clients(of: server)
                    throw EngineError(
                        .volumeHasClients,
                        "\(volume) is in use; connected to its server: \(clients.joined(separator: ", "))")
                }
            }
            await Polling.pause(Self.clientPollInterval)
        }
    }

    /// Closes the layers that no served volume needs, those on top first.
    func closeUnneeded(in monitor: ServerMonitor) async throws(EngineError) {
        let needed = monitor.served.values.reduce(into: Set<LayerID>()) { $0.formUnion(layers.ancestry(of: $1)) }
        let unneeded = monitor.openLayers.subtracting(needed).map { (id: $0, depth: layers.ancestry(of: $0).count) }
        for layer in unneeded.sorted(by: { $0.depth > $1.depth }) { try await monitor.close(layer.id) }
    }

    func freeze(_ frozen: some Sequence<Layer> & Sendable) async {
        let ids = frozen.map(\.id)
        try? await BlockingWork.run { [layers] in layers.freeze(ids) }
    }

    // MARK: Size

    public func resize(
        _ volume: VolumeChain, to size: ByteCount, in server: ServerID?, force: Bool
    ) async throws(EngineError) {
        guard let active = volume.layers.last else { throw EngineError(.failed, "\(volume.volume) has no layers") }
        let current = try await BlockingWork.run { [layers] () throws(EngineError) in
            guard try !layers.isFrozen(active.id) else { throw EngineError(.failed, "\(active.id) is frozen") }
            return try layers.size(of: active.id)
        }
        guard size >= current else {
            throw EngineError(.failed, "\(volume.volume) cannot become smaller than \(current)")
        }
        if let server {
            try await resize(volume.volume, active.id, from: current, to: size, in: server, force: force)
        } else if size > current {
            try await resizeDetached(active.id, to: size)
        }
    }

    /// QEMU resizes no image that is exported, so the export ends for a moment and comes back whatever happens.
    private func resize(
        _ volume: VolumeID, _ active: LayerID, from current: ByteCount, to size: ByteCount, in server: ServerID,
        force: Bool
    ) async throws(EngineError) {
        let monitor = try await servers.runningMonitor(of: server)
        await monitor.turns.begin()
        defer { monitor.turns.end() }
        guard monitor.isOpen(active) else { throw EngineError(.failed, "\(volume) is not attached with \(active)") }
        var isServed = monitor.served[volume] != nil
        if size > current {
            if isServed { try await endExport(volume, of: server, in: monitor, force: force) }
            isServed = false
            do {
                try await monitor.resize(active, to: size)
            } catch {
                try? await monitor.export(volume, layer: active)
                throw error
            }
        }
        if !isServed { try await monitor.export(volume, layer: active) }
    }

    private func resizeDetached(_ active: LayerID, to size: ByteCount) async throws(EngineError) {
        try await BlockingWork.runProgram { [layers, limits] () throws(EngineError) in
            try layers.requireUnlocked([active])
            let arguments = ["resize", "-q", "-f", "qcow2", LayerStore.fileName(of: active), String(size.bytes)]
            _ = try ChildProcess.run(
                Self.imageProgram, arguments, in: layers.folder, deadline: limits.stopDeadline)
            try Files.sync(layers.path(of: active))
        }
    }
}
