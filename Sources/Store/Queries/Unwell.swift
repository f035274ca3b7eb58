public import Model

extension ReadTransaction {
    /// Resources in ERROR or ERROR_DELETING, those that are it longest first. Found by an index of just those.
    public func unwell<Element: StoredResource>(limit: Int) throws -> [Element] {
        try select(
            "this.state IN ('ERROR', 'ERROR_DELETING')", [], order: "this.state_since, this.id", limit: limit)
    }

    /// Operations that have not ended, the stuck ones first, then the oldest; without their steps and inputs.
    public func unendedOperations(limit: Int) throws -> [Operation] {
        try operations(
            where: "state IN ('PENDING', 'RUNNING', 'STUCK')", [], order: "state <> 'STUCK', create_time, id",
            limit: limit, .alone)
    }

    /// When the first layer came into quarantine of those that are there.
    public func quarantineBegin() throws -> Timestamp? {
        try rows("SELECT time FROM quarantine ORDER BY time LIMIT 1", []) { try $0.time(0) }.first
    }
}
