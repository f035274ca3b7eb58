internal import Engine
internal import Logging
public import Model
internal import Store

/// What a check of everything found.
public struct ConsistencyReport: Sendable {
    public var time: Timestamp
    public var findings: [ConsistencyFinding]
    public var volumeCount: Int
    public var snapshotCount: Int
    public var serverCount: Int
    public var layerCount: Int
    public var quarantinedLayerCount: Int

    /// No finding that is left is an error.
    public var isClean: Bool { !findings.contains { $0.severity == .error && !$0.isRepaired } }
}

extension ResourceManager {
    /// How long a finding must last to count: what just goes on between two steps of somebody's is over by then.
    private static var confirmationDelay: Duration { .seconds(1) }

    /// Proves that metadata and data agree, or says where they do not. It disturbs nobody: one image is looked at after
    /// the other, none is locked. Every finding was seen twice, of a resource that did not change in between.
    ///
    /// - Parameter repair: puts files that nobody knows into quarantine; nothing is ever deleted.
    public func checkConsistency(repair: Bool, _ call: Call) async throws -> ConsistencyReport {
        let damage = try await store.problems().map(ConsistencyFinding.init(metadataProblem:))
        let (rows, confirmed) = try await confirmedFindings()
        var findings = damage + confirmed
        if repair { findings = try await quarantine(findings, by: call.principal) }
        let quarantinedCount = try await store.read { try $0.quarantined().count }
        return ConsistencyReport(
            time: clock(), findings: findings, volumeCount: rows.volumes.count, snapshotCount: rows.snapshots.count,
            serverCount: rows.servers.count, layerCount: rows.layers.count, quarantinedLayerCount: quarantinedCount)
    }

    private func confirmedFindings() async throws -> (rows: MetadataRows, findings: [ConsistencyFinding]) {
        let first = try await look()
        let suspected = first.findings() + (try await findingsInside(first))
        guard !suspected.isEmpty else { return (first.rows, []) }
        try await Task.sleep(for: Self.confirmationDelay)
        let second = try await look()
        let again = second.findings()
        let inside = try await findingsInside(second, only: Set(suspected.map(\.id)))
        return (second.rows, (again + inside).filter { found in suspected.contains { $0.isConfirmed(by: found) } })
    }

    /// The rows first, then the facts: what a change makes on the disk had its row before.
    private func look() async throws -> ConsistencyCheck {
        let rows = try await store.read { try $0.allRows() }
        var facts = StorageFacts()
        facts.maximumChainDepth = engine.maximumChainDepth
        facts.inventory = try await engine.inventory()
        for server in rows.servers { facts.servers[server.id] = await fact(of: server.id) }
        return ConsistencyCheck(rows, facts)
    }

    private func fact(of server: ServerID) async -> ServerFact {
        do {
            guard let observation = try await engine.observe(server) else { return .notRunning }
            return .serving(observation.activeLayers)
        } catch {
            return .silent(error.message)
        }
    }

    /// Looks inside the layers that no process has open.
    ///
    /// - Parameter ids: only these; nil: all.
    private func findingsInside(
        _ check: ConsistencyCheck, only ids: Set<String>? = nil
    ) async throws -> [ConsistencyFinding] {
        var findings: [ConsistencyFinding] = []
        for chain in check.provableChains(besides: check.findings()) {
            guard let layer = chain.last?.id, ids?.contains(layer.rawValue) ?? true else { continue }
            try Task.checkCancellation()
            if let finding = try await findingInside(chain, layer, check) { findings.append(finding) }
        }
        return findings
    }

    private func findingInside(
        _ chain: [LayerRecord], _ layer: LayerID, _ check: ConsistencyCheck
    ) async throws(EngineError) -> ConsistencyFinding? {
        do {
            try await engine.verify(chain.map { Layer(id: $0.id, size: $0.size) }, .structure)
            return nil
        } catch {
            switch error.reason {
            case .damaged: return check.damaged(layer, error.message)
            // A process has opened it meanwhile.
            case .failed: return nil
            default: throw error
            }
        }
    }
}
