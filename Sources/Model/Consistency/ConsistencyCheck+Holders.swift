/// Who has layers open, and what they lie in.
extension ConsistencyCheck {
    func layersAreHeldByTheirServers() -> [ConsistencyFinding] {
        let served = layersOfRunningServers
        let told = Set(rows.volumes.filter { $0.state == .available }.map(\.topLayerID))
        let known = settledLayers.filter { !told.contains($0.row.id) }.compactMap { row, facts in
            strangers(facts, isServed: served.contains(row.id)).map { reason in
                finding(reason, row.id, "is held open by \(facts.strangerWords). \(Self.endAdvice)")
            }
        }
        let orphans = facts.inventory.layers.filter { rows.layers[$0.key] == nil }
        let unknown = orphans.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { id, facts in
            strangers(facts, isServed: false).map { reason in
                ConsistencyFinding(
                    reason, kind: ResourceKind.layer.rawValue, id: id.rawValue,
                    "layer \(id), which nothing knows, is held open by \(facts.strangerWords). \(Self.endAdvice)")
            }
        }
        return known + unknown
    }

    private static var endAdvice: String { "No server is known to be that process: see what it is, and end it" }

    /// - Returns: what it means that others than servers hold a layer; nil: none does.
    private func strangers(_ facts: LayerFacts, isServed: Bool) -> ConsistencyFinding.Reason? {
        guard facts.isOpen == true else { return nil }
        let strangers = facts.strangers
        guard !strangers.isEmpty else {
            // A lock whose holder is hidden from us: a server's own, if one has the layer open.
            return isServed || !facts.holders.isEmpty ? nil : facts.isWritable ? .unknownWriter : .unknownReader
        }
        return strangers.contains(where: \.isWriter) ? .unknownWriter : .unknownReader
    }

    /// What the processes of servers have open, or may have.
    private var layersOfRunningServers: Set<LayerID> {
        let running = facts.inventory.processes
        let tops = rows.volumes.filter { $0.placement.map { running.contains($0.serverID) } ?? false }.map(\.topLayerID)
        let served = facts.servers.values.flatMap { fact -> [LayerID] in
            guard case .serving(let layers) = fact else { return [] }
            return Array(layers.values)
        }
        return rows.ancestry(of: tops + served)
    }

    func foldersAreOurs() -> [ConsistencyFinding] {
        facts.inventory.folderProblems.sorted { $0.key < $1.key }.map { path, problem in
            ConsistencyFinding(
                .unsafeFolder, kind: "folder", id: path,
                "the folder \(path) cannot be trusted: \(problem). Mend it, then restart holdpointd")
        }
    }
}

extension LayerFacts {
    var strangers: [LayerHolder] { holders.filter { $0.server == nil } }

    var strangerWords: String { Self.words(strangers) }

    var holderWords: String { Self.words(holders) }

    private static func words(_ holders: [LayerHolder]) -> String {
        guard !holders.isEmpty else { return "a process that cannot be seen from here" }
        return holders.map(\.words).joined(separator: ", ")
    }
}
