internal import Foundation
internal import GRDB
internal import Store

/// The end of a store: what is in the log goes into the database, and the log goes.
struct LogFolding {
    let pool: DatabasePool
    let room: LogRoom

    /// - Throws: why the log stays; both files are consistent together, and closed.
    func close() throws {
        do {
            try fold()
        } catch {
            room.forget()
            try? pool.close()
            throw error
        }
        room.shorten()
        // Both names' end, durably: a log's index without its log would look like a log that was lost.
        try StoreFiles.sync(room.files.folder, O_RDONLY | O_DIRECTORY)
    }

    /// The pool's last connection only reads, and cannot fold: so one that can is closed after it.
    private func fold() throws {
        let length = try SpaceReserve.fileByteCount(room.files)
        let last = try DatabaseQueue(path: room.files.path)
        try last.writeWithoutTransaction { connection in
            SpaceReserve.keepFileLength(length, of: room, on: connection)
            _ = try Int.fetchOne(connection, sql: "SELECT COUNT(*) FROM sqlite_schema")
        }
        try pool.close()
        try last.writeWithoutTransaction { _ = try $0.checkpoint(.full) }
        room.keep()
        try last.close()
        guard try StoreFiles.byteCount(of: room.files.log) == nil else {
            throw StoreError.unusable("another process has the database open")
        }
    }
}
