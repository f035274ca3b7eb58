public import Engine
public import Model

extension QEMUEngine {
    public func exportURI(of volume: VolumeID, on server: ServerID) -> String {
        "nbd+unix:///\(volume)?socket=\(servers.directory.exportSocket(of: server))"
    }

    /// QEMU does not say which export a client uses, only whether an export is in use: when it is asked to end one in
    /// mode `safe`. So where a server has clients and several exports, an idle export ends and comes back, within a
    /// millisecond; only one that stays in use counts, because a process notices late that a client has gone.
    public func clients(of volume: VolumeID, on server: ServerID) async throws(EngineError) -> [String] {
        guard let monitor = try await servers.monitor(of: server) else { return [] }
        await monitor.turns.begin()
        defer { monitor.turns.end() }
        guard let active = monitor.served[volume] else { return [] }
        let connected = try await clients(of: server)
        guard !connected.isEmpty, monitor.served.count > 1 else { return connected }
        do {
            try await endExport(volume, of: server, in: monitor, force: false)
        } catch  where error.reason == .volumeHasClients {
            return connected
        }
        try await monitor.export(volume, layer: active)
        return []
    }
}
