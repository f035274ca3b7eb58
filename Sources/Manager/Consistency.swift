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
    /// Layers whose inside was not looked at since they changed, those left out that are being written.
    public var uncheckedLayerCount: Int

    /// Findings that one answer tells: it fits into a frame.
    public static let maximumToldCount = 1_000

    /// The findings, only the worst where there are too many: those that are left first.
    public var toldFindings: [ConsistencyFinding] {
        guard findings.count > Self.maximumToldCount else { return findings }
        let order: [ConsistencyFinding.Severity] = [.error, .warning, .notice]
        let worst = [false, true].flatMap { isRepaired in
            order.flatMap { severity in
                findings.filter { $0.isRepaired == isRepaired && $0.severity == severity }
            }
        }
        return Array(worst.prefix(Self.maximumToldCount))
    }

    /// No finding that is left is an error.
    public var isClean: Bool { !findings.contains { $0.severity == .error && !$0.isRepaired } }
}

extension ResourceManager {
    /// How long a finding must last to count: what just goes on between two steps of somebody's is over by then.
    private static var confirmationDelay: Duration { .seconds(1) }

    /// Proves that metadata and data agree, or says where they do not. It disturbs nobody: one image is looked at after
    /// the other, none is locked. Every finding was seen twice, of a resource that did not change in between.
    ///
    /// Looks inside layers for a few seconds; what is left then is counted, and the next call goes on there.
    /// - Parameters:
    ///   - repair: puts files that nobody knows into quarantine; nothing is ever deleted.
    ///   - thorough: looks inside for longer.
    public func checkConsistency(repair: Bool, thorough: Bool, _ call: Call) async throws -> ConsistencyReport {
        let damage = try await store.problems().map(ConsistencyFinding.init(metadataProblem:))
        let (rows, confirmed, uncheckedCount) = try await confirmedFindings(
            within: thorough ? .thorough : .quick, call)
        var findings = damage + confirmed
        if repair { findings = try await quarantine(findings, by: call.principal) }
        lastCheck.note(findings, at: clock())
        let quarantinedCount = try await readSystem(call) { try $0.counts().quarantinedLayers }
        return ConsistencyReport(
            time: clock(), findings: findings, volumeCount: rows.volumes.count, snapshotCount: rows.snapshots.count,
            serverCount: rows.servers.count, layerCount: rows.layers.count, quarantinedLayerCount: quarantinedCount,
            uncheckedLayerCount: uncheckedCount)
    }

    private func confirmedFindings(
        within time: InspectionTime, _ call: Call
    ) async throws -> (rows: MetadataRows, findings: [ConsistencyFinding], uncheckedCount: Int) {
        let first = try await look(call)
        inspections.forgetAll(but: first.rows.layers)
        let found = first.findings()
        let layers = first.provableLayers(besides: found)
        let uncheckedCount = try await inspect(layers, of: first, within: time)
        let damaged = layers.filter { inspections.damage(of: $0, first.stamp(of: $0)) != nil }
        guard !found.isEmpty || !damaged.isEmpty else { return (first.rows, [], uncheckedCount) }
        try await Task.sleep(for: Self.confirmationDelay)
        let second = try await look(call)
        let suspected = Set(found.map(ConsistencyFinding.Subject.init))
        let again = second.findings()
        let confirmed = again.filter { suspected.contains(.init($0)) }
        return (second.rows, confirmed + (try await damage(of: damaged, second, besides: again)), uncheckedCount)
    }

    /// Looks into layers once more that were found damaged.
    private func damage(
        of suspected: [LayerID], _ check: ConsistencyCheck, besides findings: [ConsistencyFinding]
    ) async throws -> [ConsistencyFinding] {
        let suspected = Set(suspected)
        var confirmed: [ConsistencyFinding] = []
        for layer in check.provableLayers(besides: findings) where suspected.contains(layer) {
            try Task.checkCancellation()
            inspections.forget([layer])
            await inspect(layer, of: check)
            guard let cause = inspections.damage(of: layer, check.stamp(of: layer)) else { continue }
            confirmed.append(check.damaged(layer, cause))
        }
        return confirmed
    }

    /// The rows first, then the facts: what a change makes on the disk had its row before.
    private func look(_ call: Call) async throws -> ConsistencyCheck {
        let rows = try await readSystem(call, .everything) { try $0.allRows() }
        var facts = StorageFacts()
        facts.deepestChain = engine.capabilities.deepestChain
        facts.inventory = try await engine.inventory()
        facts.servers = await self.facts(of: rows.servers.map(\.id))
        return ConsistencyCheck(rows, facts)
    }

    /// Several at a time: one that does not answer costs its deadline.
    private func facts(of servers: [ServerID]) async -> [ServerID: ServerFact] {
        await withTaskGroup(of: (ServerID, ServerFact).self) { group in
            var facts: [ServerID: ServerFact] = [:]
            for (index, server) in servers.enumerated() {
                if index >= Self.questionsAtOnce, let found = await group.next() { facts[found.0] = found.1 }
                group.addTask { (server, await fact(of: server)) }
            }
            return await group.reduce(into: facts) { facts, found in facts[found.0] = found.1 }
        }
    }

    private static var questionsAtOnce: Int { 32 }

    private func fact(of server: ServerID) async -> ServerFact {
        do {
            guard let observation = try await engine.observe(server) else { return .notRunning }
            return .serving(observation.activeLayers)
        } catch {
            return error.reason == .timeout ? .silent(error.message) : .unknown(error.message)
        }
    }
}
