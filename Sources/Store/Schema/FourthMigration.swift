extension Migration {
    /// By what the file of a frozen layer is known to be as it was when it froze.
    static let fourth = Migration(
        "004-layer-stamps",
        [
            // Null: its file was never found sound. A check that finds it so fills them in.
            "ALTER TABLE layer ADD COLUMN file_byte_count INTEGER",
            "ALTER TABLE layer ADD COLUMN modification_nanoseconds INTEGER",
            """
            CREATE INDEX layer_unstamped ON layer (id)
            WHERE state = 'FROZEN' AND modification_nanoseconds IS NULL
            """,
            // What may be written again has no stamp.
            """
            CREATE TRIGGER layer_thawed AFTER UPDATE OF state ON layer WHEN NEW.state <> 'FROZEN' BEGIN
                UPDATE layer SET file_byte_count = NULL, modification_nanoseconds = NULL WHERE id = NEW.id;
            END
            """,
        ])
}
