import Engine
import EngineTestSupport
import Model
import Store

/// Everything that users can see of a house, without ids and times: what an operation must lead to whatever befell it.
/// A safety snapshot's grade is left out: a stop that was interrupted proves less of the writers.
struct HouseShape: Equatable, CustomStringConvertible {
    let lines: [String]

    var description: String { lines.joined(separator: "\n") }

    init(_ store: any MetadataStore, _ engine: SimulatedEngine) async throws {
        let rows = try await store.read { transaction in
            try transaction.rows(Self.query, []) { row in
                (try row.text(0), try row.optionalText(1).map { LayerID(stored: $0) })
            }
        }
        lines = try rows.map { text, layer in
            guard let layer else { return text }
            let blocks = try (0..<4).map { try engine.readBlock($0, ofLayer: layer).first ?? 0 }
            return "\(text) \(blocks)"
        }.sorted()
    }

    private static let query = """
        SELECT 'server ' || name || ' ' || state || ' ' || desired_state, NULL FROM server
        UNION ALL
        SELECT 'volume ' || volume.name || ' ' || volume.state || ' ' || size_bytes || ' '
            || COALESCE(server.name, '-') || ' ' || COALESCE(slot, '-'), top_layer_id
            FROM volume LEFT JOIN server ON server.id = server_id
        UNION ALL
        SELECT 'server snapshot '
            || CASE WHEN name LIKE 'revert-%' THEN 'revert ' || state
                ELSE name || ' ' || state || ' ' || consistency END,
            NULL FROM server_snapshot
        UNION ALL
        SELECT 'snapshot '
            || CASE WHEN volume_snapshot.name LIKE '%revert-%' THEN 'revert' ELSE volume_snapshot.name END || ' of '
            || volume.name || ' ' || volume_snapshot.state || ' ' || volume_snapshot.size_bytes, layer_id
            FROM volume_snapshot JOIN volume ON volume.id = volume_id
        """
}

/// What must hold in every house that rests.
struct RestingHouse {
    let store: any MetadataStore
    let engine: SimulatedEngine

    /// - Returns: what does not hold.
    func faults() async throws -> [String] {
        let busy = try await store.read { transaction in
            try transaction.rows(Self.busyQuery, []) { try $0.text(0) }
        }
        let known = try await store.read { transaction in
            Set(try transaction.rows("SELECT id FROM layer", []) { LayerID(stored: try $0.text(0)) })
        }
        let present = try await engine.allLayers()
        let lost = known.subtracting(present).map { "\($0) has no data" }
        let orphaned = present.subtracting(known).map { "\($0) has no row" }
        return busy + lost + orphaned + (try await serving())
    }

    private static let busyQuery = """
        SELECT 'operation ' || type || ' is ' || state FROM operation WHERE state IN ('PENDING', 'RUNNING', 'STUCK')
        UNION ALL SELECT 'volume ' || name || ' is held' FROM volume WHERE operation_id IS NOT NULL
        UNION ALL SELECT 'server ' || name || ' is held' FROM server WHERE operation_id IS NOT NULL
        UNION ALL SELECT 'snapshot ' || name || ' is held' FROM volume_snapshot WHERE operation_id IS NOT NULL
        UNION ALL SELECT 'server snapshot ' || name || ' is held' FROM server_snapshot WHERE operation_id IS NOT NULL
        UNION ALL SELECT 'layer ' || id || ' is ' || state FROM layer WHERE state IN ('PREPARED', 'POSSIBLY_ACTIVE')
        """

    /// A server serves the tops of its volumes, and nothing else; a stopped one nothing.
    private func serving() async throws -> [String] {
        let servers = try await store.read { transaction in
            try transaction.rows("SELECT id, desired_state FROM server", []) {
                (ServerID(stored: try $0.text(0)), try $0.text(1) == "RUNNING")
            }
        }
        var faults: [String] = []
        for (id, runs) in servers {
            let recorded = try await store.read { transaction in
                try transaction.rows("SELECT id, top_layer_id FROM volume WHERE server_id = ?", [.text(id.rawValue)]) {
                    (VolumeID(stored: try $0.text(0)), LayerID(stored: try $0.text(1)))
                }
            }
            let served = try await engine.observe(id)?.activeLayers
            let expected = runs ? Dictionary(uniqueKeysWithValues: recorded) : nil
            if served != expected { faults.append("\(id) serves \(served ?? [:]), not \(expected ?? [:])") }
        }
        return faults
    }
}
