/// Servers: what their processes do is what is recorded, and no volume has two writers.
extension ConsistencyCheck {
    func runningServersServe() -> [ConsistencyFinding] {
        let attached = Dictionary(grouping: rows.volumes) { $0.placement?.serverID }
        return rows.servers.filter { isIdle($0) && $0.desiredState == .running }.flatMap { server in
            unserved(server, attached[server.id] ?? [])
        }
    }

    private func unserved(_ server: Server, _ attached: [Volume]) -> [ConsistencyFinding] {
        if server.state == .error {
            let cause = server.header.failure.map { ": \($0.message)" } ?? ""
            return [ConsistencyFinding(.serverNotServing, server, "should be RUNNING, and is ERROR\(cause)")]
        }
        switch facts.servers[server.id] {
        case .serving(let served):
            return compare(server, attached, served)
        case .silent(let cause):
            let message =
                "has a process that does not answer: \(cause). It is left alone, because its clients may still be "
                + "served: let it go on, or end it with `holdpoint server stop \(server.id) --force`"
            return [ConsistencyFinding(.serverNotServing, server, message)]
        case .unknown(let cause):
            return [ConsistencyFinding(.serverNotServing, server, "could not be looked at: \(cause). Check again")]
        case .notRunning:
            let message = "should be RUNNING, and no process serves it. \(Self.startAdvice)"
            return [ConsistencyFinding(.serverNotServing, server, message)]
        case nil:
            return []
        }
    }

    private static var startAdvice: String { "It is started again within seconds; if not, see the server's log" }

    private func compare(
        _ server: Server, _ attached: [Volume], _ served: [VolumeID: LayerID]
    ) -> [ConsistencyFinding] {
        let missing = attached.filter {
            isIdle($0) && ($0.state == .inUse || $0.state == .error) && served[$0.id] == nil
        }.map { volume in
            let cause = volume.header.failure.map { ": \($0.message)" } ?? ""
            return ConsistencyFinding(
                .serverNotServing, volume, "is attached to \(server.header.name) and not served there\(cause)")
        }
        let wrong = served.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { id, layer in
            wrongLayer(id, layer, attached.first { $0.id == id }, on: server)
        }
        return missing + wrong
    }

    private func wrongLayer(
        _ id: VolumeID, _ layer: LayerID, _ volume: Volume?, on server: Server
    ) -> ConsistencyFinding? {
        // One that could not be served until now may be served again at this moment.
        let mayBeServed = volume?.state == .inUse || volume?.state == .error
        guard !busy.contains(id.rawValue), volume?.topLayerID != layer || !mayBeServed else { return nil }
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
                    "a process serves \(id), and there is no such server: end it (\(Self.ending(id)))")
            }
            guard isIdle(server), server.state == .stopped else { return nil }
            return ConsistencyFinding(
                .strayProcess, server, "is STOPPED, and a process serves it: end that (\(Self.ending(id)))")
        }
    }

    /// Also where its pid file is lost: the process names that file in its arguments.
    private static func ending(_ id: ServerID) -> String { "`pkill -f \(id).pid`" }
}
