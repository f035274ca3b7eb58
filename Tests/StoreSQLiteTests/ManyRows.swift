import Foundation
import GRDB
import GRDBSQLite
import Model
import Store

@testable import StoreSQLite

/// A store with as many volumes, ten snapshots each, and as many servers, server snapshots and ended operations.
final class ManyRows: Sendable {
    static let project = ProjectID(stored: "prj-a")
    static let snapshotsEach = 10
    /// So many volumes, snapshots and so on bear the same name.
    static let nameCount = 20

    let fixture: StoreFixture
    let store: SQLiteStore

    init(volumeCount: Int) async throws {
        fixture = try StoreFixture()
        store = try fixture.open(migrations: Schema.migrations)
        try await store.write { transaction in
            try transaction.insert(Project(id: Self.project, name: "default"))
            for statement in Self.statements {
                try transaction.execute(
                    "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < ?) "
                        + statement, [.integer(Int64(volumeCount) - 1)])
            }
        }
    }

    func close() { store.close() }

    private static let header =
        "id, project_id, name, description, labels, deletion_protection, state, state_since, create_time, revision"

    private static func values(_ prefix: String, _ state: String, number: String = "n") -> String {
        """
        printf('\(prefix)-%012d', \(number)), '\(project)', 'name-' || (n % \(nameCount)), '', '{"color":"red"}', 0,
            '\(state)', 0, n / 3, n
        """
    }

    private static let statements = [
        """
        INSERT INTO layer (id, size_bytes, depth, state, modification_nanoseconds, file_byte_count)
            SELECT printf('lay-%012d', n), 1048576, 0, 'ACTIVE', 1, 1 FROM series
        """,
        """
        INSERT INTO server (\(header), kind, desired_state)
            SELECT \(values("srv", "STOPPED")), 'EXTERNAL', 'STOPPED' FROM series
        """,
        """
        INSERT INTO volume (\(header), size_bytes, server_id, slot, boot, source_snapshot_id, top_layer_id,
            writer_was_killed)
            SELECT \(values("vol", "AVAILABLE")), (n % 7 + 1) << 20, printf('srv-%012d', n / 4), n % 4, 0, NULL,
                printf('lay-%012d', n), 0 FROM series
        """,
        """
        INSERT INTO server_snapshot (\(header), server_id, server_name, server_kind, consistency, cut_time)
            SELECT \(values("ssnap", "AVAILABLE")), printf('srv-%012d', n / 4), '', 'EXTERNAL', 'CRASH', n FROM series
        """,
        """
        INSERT INTO volume_snapshot (\(header), volume_id, server_snapshot_id, size_bytes, layer_id, consistency,
            cut_time, slot)
            SELECT \(values("snap", "AVAILABLE", number: "n * 10 + day")), printf('vol-%012d', n),
                CASE day WHEN 0 THEN printf('ssnap-%012d', n) END, 1048576, printf('lay-%012d', n), 'CRASH', n, 0
            FROM series, (SELECT value AS day FROM json_each('[0,1,2,3,4,5,6,7,8,9]'))
        """,
        """
        INSERT INTO operation (id, project_id, type, state, state_since, create_time, target_ids, request_id,
            principal, cancel_requested, revision, warnings)
            SELECT printf('op-%012d', n), '\(project)', 'TEST', 'SUCCEEDED', 0, n / 3, '[]', '', '', 0, n,
                '[]' FROM series
        """,
        """
        INSERT INTO event (sequence, project_id, time, principal, source, action, kind, resource_id, request_id, reason)
            SELECT n + 1, '\(project)', 0, '', '', 'updated', 'volume', 'vol-a', '', '' FROM series
        """,
    ]
}

/// A statement that was run, with what it was given.
struct RunStatement: Hashable {
    let sql: String
    let arguments: [StoredValue]

    private var databaseArguments: StatementArguments {
        StatementArguments(
            arguments.map { value -> (any DatabaseValueConvertible)? in
                switch value {
                case .null: nil
                case .integer(let integer): integer
                case .real(let real): real
                case .text(let text): text
                case .blob(let bytes): Data(bytes)
                }
            })
    }

    /// What SQLite says of it, line by line.
    func plan(_ connection: Database) throws -> [String] {
        try Row.fetchAll(connection, sql: "EXPLAIN QUERY PLAN \(sql)", arguments: databaseArguments)
            .map { $0["detail"] }
    }

    /// Steps of SQLite's machine that it takes: a measure of the work that is the same every time.
    func stepCount(_ connection: Database) throws -> Int {
        let statement = try connection.makeStatement(sql: sql)
        _ = try Row.fetchAll(statement, arguments: databaseArguments)
        return Int(sqlite3_stmt_status(statement.sqliteStatement, SQLITE_STMTSTATUS_VM_STEP, 0))
    }
}

/// Notes what is run through it.
final class RecordingTransaction: WriteTransaction {
    private let base: any ReadTransaction
    private(set) var statements: [RunStatement] = []

    init(_ base: any ReadTransaction) { self.base = base }

    func rows<Element>(
        _ sql: String, _ arguments: [StoredValue], _ decode: (any StoredRow) throws -> Element
    ) throws -> [Element] {
        statements.append(RunStatement(sql: sql, arguments: arguments))
        return try base.rows(sql, arguments, decode)
    }

    /// Is noted and not done.
    func execute(_ sql: String, _ arguments: [StoredValue]) throws -> Int {
        statements.append(RunStatement(sql: sql, arguments: arguments))
        return 0
    }

    func note(_ topic: ChangeTopic) {}
}
