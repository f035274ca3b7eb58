extension Migration {
    /// What a volume's top held when its serving began. Volumes that are served now have none: they are judged as if
    /// their writers had not been seen.
    static let fifth = Migration(
        "005-grades",
        [
            "ALTER TABLE volume ADD COLUMN served_layer_id TEXT",
            "ALTER TABLE volume ADD COLUMN served_version INTEGER",
            """
            UPDATE volume SET writer_was_killed = 1 WHERE server_id IN
                (SELECT id FROM server WHERE desired_state = 'RUNNING')
            """,
            """
            UPDATE volume SET writer_was_killed = 1 WHERE source_snapshot_id IN
                (SELECT id FROM volume_snapshot WHERE consistency <> 'OFFLINE')
            """,
        ])
}
