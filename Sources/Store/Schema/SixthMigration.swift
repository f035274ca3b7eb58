extension Migration {
    /// Steps and inputs of operations beside their rows: what changes with each step is one row of each, however many
    /// there are. And a mark of its own for revisions that were skipped, which was any event of a project.
    static let sixth = Migration(
        "006-steps",
        [
            """
            CREATE TABLE operation_step (
                operation_id TEXT NOT NULL REFERENCES operation(id),
                position INTEGER NOT NULL CHECK (position >= 0),
                name TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('PENDING', 'STARTED', 'DONE', 'FAILED', 'UNDONE')),
                message TEXT NOT NULL,
                may_have_run INTEGER CHECK (may_have_run IN (0, 1)),
                PRIMARY KEY (operation_id, position)
            ) STRICT, WITHOUT ROWID
            """,
            """
            INSERT INTO operation_step (operation_id, position, name, state, message, may_have_run)
            SELECT operation.id, step.key, step.value ->> 'name', step.value ->> 'state', step.value ->> 'message',
                step.value ->> 'mayHaveRun'
            FROM operation, json_each(operation.steps) AS step
            """,
            """
            CREATE INDEX operation_step_unusual ON operation_step (operation_id, position)
            WHERE state NOT IN ('PENDING', 'DONE')
            """,
            """
            CREATE TABLE operation_input (
                operation_id TEXT NOT NULL PRIMARY KEY REFERENCES operation(id),
                input TEXT NOT NULL
            ) STRICT
            """,
            "INSERT INTO operation_input (operation_id, input) SELECT id, input FROM operation",
            "ALTER TABLE operation ADD COLUMN step_count INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE operation ADD COLUMN done_step_count INTEGER NOT NULL DEFAULT 0",
            """
            UPDATE operation SET
                step_count = (SELECT COUNT(*) FROM operation_step WHERE operation_id = operation.id),
                done_step_count =
                    (SELECT COUNT(*) FROM operation_step WHERE operation_id = operation.id AND state = 'DONE')
            """,
            "ALTER TABLE operation DROP COLUMN steps",
            "ALTER TABLE operation DROP COLUMN input",
            "UPDATE event SET action = 'skipped' WHERE kind = 'project'",
            "CREATE INDEX event_skip ON event (sequence) WHERE action = 'skipped'",
        ])
}
