extension Migration {
    /// What happened to one thing is found by it, also by a name after its deletion; refused attempts are kept.
    ///
    /// Events from before have no name: what was deleted before the update is found by its id.
    static let ninth = Migration(
        "009-history",
        [
            "ALTER TABLE event ADD COLUMN name TEXT NOT NULL DEFAULT ''",
            "CREATE INDEX event_by_resource ON event (resource_id, sequence)",
            "CREATE INDEX event_by_name ON event (name, resource_id) WHERE action IN ('created', 'deleted')",
            """
            CREATE TABLE denial (
                number INTEGER NOT NULL PRIMARY KEY,
                time INTEGER NOT NULL,
                principal TEXT NOT NULL,
                source TEXT NOT NULL,
                reason TEXT NOT NULL,
                attempts INTEGER NOT NULL CHECK (attempts > 0)
            ) STRICT
            """,
        ])
}
