/// Servers: what their processes do is what is recorded, and no volume has two writers.
extension ConsistencyCheck {
    func runningServersServe() -> [ConsistencyFinding] {
        rows.servers.filter { isIdle($0) && $0.state == .running }.flatMap(unserved)
    }

    private func unserved(_ server: Server) -> [ConsistencyFinding] {
        switch facts.servers[server.id] {
        case .serving(let served):
            return compare(server, served)
        case .silent(let cause):
            let message = "has a process that does not answer: \(cause). \(Self.startAdvice)"
            return [ConsistencyFinding(.serverNotServing, server, message)]
        case .notRunning:
            let message = "is RUNNING, and no process serves it. \(Self.startAdvice)"
            return [ConsistencyFinding(.serverNotServing, server, message)]
        case nil:
            return []
        }
    }

    private static var startAdvice: String { "It is started again within seconds; if not, see the server's log" }

    private func compare(_ server: Server, _ served: [VolumeID: LayerID]) -> [ConsistencyFinding] {
        let attached = rows.volumes.filter { $0.placement?.serverID == server.id }
        let missing = attached.filter { isIdle($0) && $0.state == .inUse && served[$0.id] == nil }.map {
            ConsistencyFinding(.serverNotServing, $0, "is attached to \(server.header.name) and not served there")
        }
        let wrong = served.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { id, layer in
            wrongLayer(id, layer, attached.first { $0.id == id }, on: server)
        }
        return missing + wrong
    }

    private func wrongLayer(
        _ id: VolumeID, _ layer: LayerID, _ volume: Volume?, on server: Server
    ) -> ConsistencyFinding? {
        guard !busy.contains(id.rawValue), volume?.topLayerID != layer || volume?.state != .inUse else { return nil }
        let recorded = volume.map { "its recorded top is \($0.topLayerID)" } ?? "it is not attached there"
        return ConsistencyFinding(
            .wrongLayerServed, kind: ResourceKind.volume.rawValue, id: id.rawValue,
            name: volume?.header.name ?? "", revision: volume?.header.revision ?? 0,
            "server \(server.header.name) serves \(id) with \(layer), and \(recorded): stop the server's clients, "
                + "stop it, and restore the metadata from a backup")
    }

    func volumesHaveOneWriter() -> [ConsistencyFinding] {
        var writers: [LayerID: [ServerID]] = [:]
        for (server, fact) in facts.servers {
            guard case .serving(let served) = fact else { continue }
            for layer in Set(served.values) { writers[layer, default: []].append(server) }
        }
        let shared = writers.filter { $0.value.count > 1 }.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            finding(
                .secondWriter, $0.key,
                "is written by \($0.value.map(\.rawValue).sorted().joined(separator: " and ")): "
                    + "stop one of them at once")
        }
        return shared + openWhileDetached()
    }

    private func openWhileDetached() -> [ConsistencyFinding] {
        rows.volumes.filter { isIdle($0) && $0.state == .available }.compactMap { volume in
            guard let top = facts.inventory.layers[volume.topLayerID], top.isOpen == true, top.isWritable else {
                return nil
            }
            return ConsistencyFinding(
                .secondWriter, volume,
                "is attached to nothing, and \(top.holderWords) has its layer \(volume.topLayerID) open: "
                    + "end that process")
        }
    }

    func processesAreWanted() -> [ConsistencyFinding] {
        let servers = Dictionary(rows.servers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return facts.inventory.processes.sorted { $0.rawValue < $1.rawValue }.compactMap { id in
            guard let server = servers[id] else {
                guard !busy.contains(id.rawValue) else { return nil }
                return ConsistencyFinding(
                    .strayProcess, kind: ResourceKind.server.rawValue, id: id.rawValue,
                    "a process serves \(id), and there is no such server: end the process that its pid file names")
            }
            guard isIdle(server), server.state == .stopped else { return nil }
            return ConsistencyFinding(.strayProcess, server, "is STOPPED, and a process serves it: end that process")
        }
    }
}
