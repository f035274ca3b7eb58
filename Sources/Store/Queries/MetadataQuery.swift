public import Model

extension ReadTransaction {
    private static var maximumNamedRequests: Int { 100 }

    /// Everything that is recorded now. Its cost grows with the number of resources: about 10 ms a thousand.
    public func allRows() throws -> MetadataRows {
        var rows = MetadataRows()
        rows.servers = try select("TRUE", [])
        rows.volumes = try select("TRUE", [])
        rows.snapshots = try select("TRUE", [])
        rows.serverSnapshots = try select("TRUE", [])
        rows.layers = Dictionary(try layers().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        rows.stamps = try layerStamps()
        rows.quarantined = try quarantined()
        rows.openOperations = try operations(
            where: "state IN ('PENDING', 'RUNNING', 'STUCK')", [], order: "create_time, id", limit: nil, .listed)
        rows.requestsWithoutAnswer = try requestsWithoutAnswer()
        return rows
    }

    private func requestsWithoutAnswer() throws -> [String] {
        try self.rows(
            """
            SELECT request_id FROM request WHERE operation_id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM operation WHERE operation.id = request.operation_id)
            ORDER BY time LIMIT \(Self.maximumNamedRequests)
            """, []
        ) { try $0.text(0) }
    }
}
