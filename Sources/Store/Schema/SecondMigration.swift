extension Migration {
    /// Passwords, consents that outlive their call, answers to batches, and data that nobody uses but nobody may lose.
    static let second = Migration(
        "002-consent-and-quarantine",
        [
            "ALTER TABLE operation ADD COLUMN standing_consent TEXT",
            // One answer for each part of a batch; null: the request was no batch.
            "ALTER TABLE request ADD COLUMN parts TEXT",
            """
            CREATE TABLE credential (
                principal TEXT NOT NULL PRIMARY KEY,
                password_hash TEXT NOT NULL,
                change_time INTEGER NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE quarantine (
                layer_id TEXT NOT NULL PRIMARY KEY REFERENCES layer(id),
                reason TEXT NOT NULL,
                origin_kind TEXT NOT NULL,
                origin_id TEXT NOT NULL,
                origin_name TEXT NOT NULL,
                principal TEXT NOT NULL,
                time INTEGER NOT NULL
            ) STRICT
            """,
        ])
}
