internal import GRDB
internal import Store

/// Brings a database's schema up to date.
enum SchemaUpdate {
    /// Holds the changes that were applied.
    static let table = "schema_migration"

    /// Applies what is missing, each change in a transaction of its own.
    ///
    /// - Throws: `StoreError.unusable` if the database has changes that are not the first of these: a newer version
    ///   made it.
    static func apply(_ migrations: [Migration], to connection: Database) throws {
        try connection.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS \(table) (
                    position INTEGER NOT NULL PRIMARY KEY,
                    name TEXT NOT NULL UNIQUE
                ) STRICT
                """)
        let applied = try String.fetchAll(connection, sql: "SELECT name FROM \(table) ORDER BY position")
        try check(applied, against: migrations)
        for (position, migration) in migrations.enumerated().dropFirst(applied.count) {
            try apply(migration, at: position, to: connection)
        }
    }

    /// - Throws: as `apply`.
    static func check(_ applied: [String], against migrations: [Migration]) throws(StoreError) {
        let known = migrations.map(\.name)
        guard applied == Array(known.prefix(applied.count)) else {
            let unknown = applied.filter { !known.contains($0) }
            throw .unusable(
                unknown.isEmpty
                    ? "the database's schema changes were applied in another order"
                    : "a newer version made the database: it has \(unknown.joined(separator: ", "))")
        }
    }

    private static func apply(_ migration: Migration, at position: Int, to connection: Database) throws {
        try connection.inTransaction(.immediate) {
            for statement in migration.statements {
                try connection.execute(sql: statement)
            }
            try connection.execute(
                sql: "INSERT INTO \(table) (position, name) VALUES (?, ?)",
                arguments: [position, migration.name])
            return .commit
        }
    }
}
