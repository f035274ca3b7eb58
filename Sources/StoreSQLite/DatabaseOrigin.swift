internal import Foundation
internal import GRDB
internal import Store

/// Whose a database is, found out without changing it.
enum DatabaseOrigin {
    /// - Throws: `StoreError.unusable` unless this or an earlier version of this program made it; `DatabaseError`.
    static func check(_ files: StoreFiles, _ migrations: [Migration]) throws {
        try SchemaUpdate.check(applied(files), against: migrations)
    }

    /// The changes of the schema that it has had.
    ///
    /// - Throws: `StoreError.unusable` if there are none: it is another program's, or all of it was in a log that is
    ///   gone.
    static func applied(_ files: StoreFiles) throws -> [String] {
        var configuration = Configuration()
        // A journal says that the database's first change was interrupted: that is taken back before anything is read.
        configuration.readonly = try StoreFiles.byteCount(of: files.journal) == nil
        let queue = try DatabaseQueue(path: files.path, configuration: configuration)
        let names = try queue.read { connection in
            try connection.tableExists(SchemaUpdate.table)
                ? String.fetchAll(connection, sql: "SELECT name FROM \(SchemaUpdate.table) ORDER BY position") : []
        }
        try queue.close()
        guard !names.isEmpty else {
            throw StoreError.unusable("\(files.path) is no database of Holdpoint's metadata, or its log is gone")
        }
        return names
    }
}
