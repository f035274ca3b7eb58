public import Model

/// How many there are of everything.
public struct StoredCounts: Sendable, Hashable {
    public var servers = 0
    public var volumes = 0
    public var snapshots = 0
    public var serverSnapshots = 0
    public var layers = 0
    public var quarantinedLayers = 0
}

extension ReadTransaction {
    /// Costs the same however many there are: the schema counts as rows come and go.
    public func counts() throws -> StoredCounts {
        let counts = try rows("SELECT name, number FROM row_count", []) { (try $0.text(0), try $0.int(1)) }
        let numbers = Dictionary(counts, uniquingKeysWith: { first, _ in first })
        func number(_ table: String) throws -> Int {
            guard let number = numbers[table] else { throw StoreError.malformed("rows of \(table) are not counted") }
            return number
        }
        return try StoredCounts(
            servers: number("server"), volumes: number("volume"), snapshots: number("volume_snapshot"),
            serverSnapshots: number("server_snapshot"), layers: number("layer"),
            quarantinedLayers: number("quarantine"))
    }

    /// How many operations have not ended, by state.
    public func openOperationCounts() throws -> [Operation.State: Int] {
        let counts: [(Operation.State, Int)] = try rows(
            "SELECT state, COUNT(*) FROM operation WHERE state IN ('PENDING', 'RUNNING', 'STUCK') GROUP BY state", []
        ) { (try $0.value(0), try $0.int(1)) }
        return Dictionary(counts, uniquingKeysWith: { first, _ in first })
    }
}
