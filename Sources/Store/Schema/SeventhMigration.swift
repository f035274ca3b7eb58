extension Migration {
    /// Lists, starts and the minute's work cost the same with a million rows as with a thousand.
    static let seventh = Migration(
        "007-many-rows",
        ["server", "volume", "volume_snapshot", "server_snapshot"].flatMap(listIndexes)
            + [
                "CREATE INDEX operation_by_id ON operation (project_id, id)",
                "CREATE INDEX volume_by_size ON volume (project_id, size_bytes, id)",
                // In the order in which they are listed.
                "DROP INDEX volume_snapshot_by_volume",
                "CREATE INDEX volume_snapshot_by_volume ON volume_snapshot (volume_id, create_time, id)",
                "DROP INDEX server_snapshot_by_server",
                "CREATE INDEX server_snapshot_by_server ON server_snapshot (server_id, create_time, id)",
                // A server snapshot's members, in theirs.
                "DROP INDEX volume_snapshot_by_owner",
                "CREATE INDEX volume_snapshot_by_owner ON volume_snapshot (server_snapshot_id, slot, id)",
                """
                CREATE TABLE row_count (
                    name TEXT NOT NULL PRIMARY KEY,
                    number INTEGER NOT NULL CHECK (number >= 0)
                ) STRICT
                """,
            ]
            + ["server", "volume", "volume_snapshot", "server_snapshot", "layer", "quarantine"].flatMap(counting)
    )

    /// Many bear the same name: theirs are listed in the order of time, as all are.
    private static func listIndexes(_ table: String) -> [String] {
        [
            "DROP INDEX \(table)_by_name",
            "CREATE INDEX \(table)_by_name ON \(table) (project_id, name, create_time, id)",
            "CREATE INDEX \(table)_by_id ON \(table) (project_id, id)",
        ]
    }

    private static func counting(_ table: String) -> [String] {
        [
            "INSERT INTO row_count (name, number) SELECT '\(table)', COUNT(*) FROM \(table)",
            """
            CREATE TRIGGER \(table)_came AFTER INSERT ON \(table) BEGIN
                UPDATE row_count SET number = number + 1 WHERE name = '\(table)';
            END
            """,
            """
            CREATE TRIGGER \(table)_went AFTER DELETE ON \(table) BEGIN
                UPDATE row_count SET number = number - 1 WHERE name = '\(table)';
            END
            """,
        ]
    }
}
