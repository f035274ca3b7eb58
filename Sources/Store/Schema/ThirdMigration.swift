extension Migration {
    /// The store's own age, by which things are forgotten: no wall clock that jumps makes them old.
    ///
    /// What was remembered before begins its time with this change.
    static let third = Migration(
        "003-store-age",
        [
            """
            CREATE TABLE store_age (
                id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
                milliseconds INTEGER NOT NULL CHECK (milliseconds >= 0)
            ) STRICT
            """,
            "INSERT INTO store_age (id, milliseconds) VALUES (1, 0)",
            "ALTER TABLE request ADD COLUMN age_milliseconds INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE event ADD COLUMN age_milliseconds INTEGER NOT NULL DEFAULT 0",
            "DROP INDEX request_by_time",
            "CREATE INDEX request_by_age ON request (age_milliseconds)",
        ])
}
