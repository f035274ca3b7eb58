internal import Engine
internal import Logging
internal import Model
internal import Store

extension ResourceManager {
    /// Puts what a check found and nobody knows into quarantine: layers by a row, where their parents are known, all
    /// else by moving the file aside.
    ///
    /// - Returns: the findings, those marked that were repaired.
    func quarantine(_ findings: [ConsistencyFinding], by principal: String) async throws -> [ConsistencyFinding] {
        let orphans = Set(findings.filter { $0.reason == .orphanedLayer }.map(\.id))
        let strays = Set(findings.filter { $0.reason == .strayFile }.map(\.id))
        guard !orphans.isEmpty || !strays.isEmpty else { return findings }
        let inventory = try await engine.inventory()
        // What a process has open is left to it: its end comes first.
        let layers = inventory.layers.filter { orphans.contains($0.key.rawValue) && $0.value.isOpen == false }
        try await engine.freeze(Array(layers.keys))
        let recorded = try await record(layers, by: principal)
        let rejected = Set(layers.keys).subtracting(recorded)
        let found = inventory.strays.filter { strays.contains($0.name) && $0.isMovable }
        let moved = await setAside(found, rejected)
        let repaired = Set(recorded.map(\.rawValue) + moved)
        logger.notice("put into quarantine", metadata: ["principal": "\(principal)", "what": "\(repaired.sorted())"])
        return findings.map { finding in
            var finding = finding
            finding.isRepaired =
                repaired.contains(finding.id) && (finding.reason == .orphanedLayer || finding.reason == .strayFile)
            return finding
        }
    }

    /// Moves things away one by one: one that stays keeps no other.
    ///
    /// - Returns: the ids of findings about what was moved.
    private func setAside(_ strays: [Stray], _ layers: Set<LayerID>) async -> [String] {
        let parts =
            strays.map { (id: $0.name, strays: [$0], layers: [LayerID]()) }
            + layers.map { (id: $0.rawValue, strays: [], layers: [$0]) }
        var moved: [String] = []
        for part in parts {
            do {
                try await engine.setAside(part.strays, part.layers)
                moved.append(part.id)
            } catch {
                logger.error("not put into quarantine", metadata: ["what": "\(part.id)", "cause": "\(error)"])
            }
        }
        return moved
    }

    /// Inserts rows for layers, each after the one that it rests on.
    ///
    /// - Returns: those that have a row now; the others rest on nothing that is known.
    private func record(_ layers: [LayerID: LayerFacts], by principal: String) async throws -> Set<LayerID> {
        let now = clock()
        return try await store.write { transaction in
            var recorded: Set<LayerID> = []
            for found in try LayerRecord.rows(for: layers, on: { try transaction.layer($0) }) {
                try transaction.insert(found)
                try transaction.quarantine(
                    found.id, because: .orphaned, origin: .init(unknownFor: found.id), by: principal, at: now)
                recorded.insert(found.id)
            }
            return recorded
        }
    }
}
