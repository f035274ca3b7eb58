internal import Model

extension Migration {
    /// Projects, servers, volumes, snapshots, layers, operations, events and remembered requests.
    ///
    /// The schema refuses what the rules should never let happen: two volumes in one slot, a snapshot without its
    /// volume, a layer that something still rests on being dropped, a transitional state without its operation.
    static let first = Migration(
        "001-first",
        [
            """
            CREATE TABLE project (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL UNIQUE
            ) STRICT
            """,
            """
            CREATE TABLE operation (
                id TEXT NOT NULL PRIMARY KEY,
                project_id TEXT NOT NULL REFERENCES project(id),
                type TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN (\(list(Operation.State.self)))),
                state_since INTEGER NOT NULL,
                create_time INTEGER NOT NULL,
                steps TEXT NOT NULL CHECK (json_valid(steps)),
                target_ids TEXT NOT NULL CHECK (json_valid(target_ids)),
                request_id TEXT NOT NULL,
                principal TEXT NOT NULL,
                input TEXT NOT NULL,
                problem TEXT CHECK (problem IS NULL OR json_valid(problem)),
                cancel_requested INTEGER NOT NULL CHECK (cancel_requested IN (0, 1)),
                revision INTEGER NOT NULL,
                warnings TEXT NOT NULL CHECK (json_valid(warnings))
            ) STRICT
            """,
            "CREATE INDEX operation_open ON operation (create_time, id) WHERE state IN ('PENDING', 'RUNNING', 'STUCK')",
            "CREATE INDEX operation_by_time ON operation (project_id, create_time, id)",
            """
            CREATE TABLE layer (
                id TEXT NOT NULL PRIMARY KEY,
                parent_id TEXT REFERENCES layer(id),
                size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
                depth INTEGER NOT NULL CHECK (depth >= 0),
                state TEXT NOT NULL CHECK (state IN (\(list(LayerRecord.State.self)))),
                CHECK ((parent_id IS NULL) = (depth = 0))
            ) STRICT
            """,
            "CREATE INDEX layer_by_parent ON layer (parent_id)",
            resourceTable(
                "server", states: Server.State.self,
                """
                kind TEXT NOT NULL CHECK (kind IN ('VM', 'EXTERNAL')),
                desired_state TEXT NOT NULL CHECK (desired_state IN ('RUNNING', 'STOPPED')),
                CHECK (operation_id IS NOT NULL
                    OR state NOT IN ('PROVISIONING', 'STOPPING', 'STARTING', 'REBOOTING', 'DELETING'))
                """),
            resourceTable(
                "volume", states: Volume.State.self,
                """
                size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
                server_id TEXT REFERENCES server(id),
                slot INTEGER CHECK (slot BETWEEN 0 AND \(Server.slotCount - 1)),
                boot INTEGER NOT NULL CHECK (boot IN (0, 1)),
                source_snapshot_id TEXT,
                top_layer_id TEXT NOT NULL UNIQUE REFERENCES layer(id),
                writer_was_killed INTEGER NOT NULL CHECK (writer_was_killed IN (0, 1)),
                UNIQUE (server_id, slot),
                CHECK ((server_id IS NULL) = (slot IS NULL)),
                CHECK (state <> 'IN_USE' OR server_id IS NOT NULL),
                CHECK (operation_id IS NOT NULL
                    OR state NOT IN ('CREATING', 'ATTACHING', 'DETACHING', 'RESIZING', 'REVERTING', 'DELETING'))
                """),
            resourceTable(
                "server_snapshot", states: ServerSnapshot.State.self,
                """
                server_id TEXT NOT NULL,
                server_name TEXT NOT NULL,
                server_kind TEXT NOT NULL CHECK (server_kind IN ('VM', 'EXTERNAL')),
                consistency TEXT NOT NULL CHECK (consistency IN (\(list(Consistency.self)))),
                cut_time INTEGER,
                CHECK (state <> 'AVAILABLE' OR cut_time IS NOT NULL),
                CHECK (operation_id IS NOT NULL OR state NOT IN ('CREATING', 'DELETING'))
                """),
            "CREATE INDEX server_snapshot_by_server ON server_snapshot (server_id)",
            resourceTable(
                "volume_snapshot", states: VolumeSnapshot.State.self,
                """
                volume_id TEXT NOT NULL REFERENCES volume(id),
                server_snapshot_id TEXT REFERENCES server_snapshot(id),
                size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
                layer_id TEXT NOT NULL REFERENCES layer(id),
                consistency TEXT NOT NULL CHECK (consistency IN (\(list(Consistency.self)))),
                cut_time INTEGER,
                slot INTEGER,
                CHECK (state <> 'AVAILABLE' OR cut_time IS NOT NULL),
                CHECK (operation_id IS NOT NULL OR state NOT IN ('CREATING', 'DELETING'))
                """),
            "CREATE INDEX volume_snapshot_by_volume ON volume_snapshot (volume_id)",
            "CREATE INDEX volume_snapshot_by_owner ON volume_snapshot (server_snapshot_id)",
            "CREATE INDEX volume_snapshot_by_layer ON volume_snapshot (layer_id)",
            """
            CREATE TABLE event (
                sequence INTEGER NOT NULL PRIMARY KEY,
                project_id TEXT NOT NULL,
                time INTEGER NOT NULL,
                principal TEXT NOT NULL,
                source TEXT NOT NULL,
                action TEXT NOT NULL,
                kind TEXT NOT NULL,
                resource_id TEXT NOT NULL,
                operation_id TEXT,
                request_id TEXT NOT NULL,
                reason TEXT NOT NULL,
                resource TEXT
            ) STRICT
            """,
            """
            CREATE TABLE request (
                principal TEXT NOT NULL,
                project_id TEXT NOT NULL,
                method TEXT NOT NULL,
                request_id TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                target_id TEXT NOT NULL,
                operation_id TEXT REFERENCES operation(id),
                warnings TEXT NOT NULL CHECK (json_valid(warnings)),
                time INTEGER NOT NULL,
                PRIMARY KEY (principal, project_id, method, request_id)
            ) STRICT
            """,
            "CREATE INDEX request_by_time ON request (time)",
        ]
            + ["server", "volume", "volume_snapshot", "server_snapshot"].flatMap(resourceIndexes)
    )

    private static func list<Value: CaseIterable & RawRepresentable<String>>(_ values: Value.Type) -> String {
        values.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    }

    /// A table of resources.
    ///
    /// - Parameter own: the columns that only it has, and its checks.
    static func resourceTable<State: CaseIterable & RawRepresentable<String>>(
        _ name: String, states: State.Type, _ own: String
    ) -> String {
        """
        CREATE TABLE \(name) (
            id TEXT NOT NULL PRIMARY KEY,
            project_id TEXT NOT NULL REFERENCES project(id),
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            labels TEXT NOT NULL CHECK (json_valid(labels)),
            deletion_protection INTEGER NOT NULL CHECK (deletion_protection IN (0, 1)),
            state TEXT NOT NULL CHECK (state IN (\(list(states)))),
            state_since INTEGER NOT NULL,
            create_time INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
            operation_id TEXT REFERENCES operation(id),
            \(own)
        ) STRICT
        """
    }

    private static func resourceIndexes(_ table: String) -> [String] {
        [
            "CREATE INDEX \(table)_by_name ON \(table) (project_id, name, id)",
            "CREATE INDEX \(table)_by_time ON \(table) (project_id, create_time, id)",
            "CREATE INDEX \(table)_by_operation ON \(table) (operation_id) WHERE operation_id IS NOT NULL",
        ]
    }
}
