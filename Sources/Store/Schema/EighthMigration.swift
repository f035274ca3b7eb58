extension Migration {
    /// What is not well is found among a million that are.
    static let eighth = Migration(
        "008-unwell",
        ["server", "volume", "volume_snapshot", "server_snapshot"].map { table in
            """
            CREATE INDEX \(table)_unwell ON \(table) (state_since, id)
            WHERE state IN ('ERROR', 'ERROR_DELETING')
            """
        })
}
