internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import Logging
internal import Store

/// Keeps room inside the store's own files while there is plenty, and says when the file system has hardly any left.
///
/// A commit needs blocks for its pages in the log, and now and then for the log's index; copying the log into the
/// database needs them where the database grows. All three files are longer than what they hold.
///
/// What holds where: on file systems that write in place (ext4 and tmpfs, tried; XFS) a deletion needs no block from
/// the file system until the room is used up. Where every write takes new blocks (btrfs, ZFS) it does not hold;
/// ordinary changes are refused there early all the same, which leaves what is free to deletions.
// Unchecked: used on the writer's thread alone, and freed after that has ended.
final class SpaceReserve: @unchecked Sendable {
    private let room: LogRoom
    private let logger: Logger
    private var log: Int32 = -1
    private var index: Int32 = -1
    private var isHeld = false

    /// Free bytes that make or renew the reserve, in reserves: making it must not fill the file system.
    private static let plentyFactor: Int64 = 2
    /// Of the reserve: what is free before ordinary changes are refused, and what the database keeps behind its end.
    private static let partDivisor: Int64 = 8

    /// - Parameter room: of the log, open in SQLite.
    init(_ room: LogRoom, logger: Logger) {
        self.room = room
        self.logger = logger
    }

    /// Not before SQLite has closed its files: closing another descriptor of a file ends the locks that it holds.
    deinit {
        for descriptor in [log, index] where descriptor >= 0 { close(descriptor) }
    }

    /// Takes the room over that an earlier process kept; before SQLite opens the files.
    func takeOver() throws {
        index = try room.takeOver() ?? -1
    }

    /// Whether ordinary changes must be refused.
    var isShort: Bool { room.byteCount > 0 && FreeRoom.bytes(at: room.files.folder) < part }

    private var part: Int64 { room.byteCount / Self.partDivisor }

    /// Renews what is not held, if there is plenty of room.
    func renew(_ connection: Database) throws {
        guard room.byteCount > 0 else { return }
        let hasPlenty = FreeRoom.bytes(at: room.files.folder) > Self.plentyFactor * room.byteCount
        if !isHeld { isHeld = hasPlenty ? allocate() : isAllocated }
        if hasPlenty { try growDatabase(connection) }
    }

    private var isAllocated: Bool {
        guard openFiles() else { return false }
        var status = stat()
        return fstat(log, &status) == 0 && Int64(status.st_size) >= room.byteCount
            && Int64(status.st_blocks) * 512 >= room.byteCount
    }

    private func allocate() -> Bool {
        guard openFiles() else { return false }
        // First what the log begins with: one that is long and begins with zeros would be a damaged one.
        guard fsync(log) == 0 else { return false }
        for (descriptor, length) in [(log, room.byteCount), (index, room.indexByteCount)] {
            let error = posix_fallocate(descriptor, 0, off_t(length))
            guard error == 0 else {
                logger.warning(
                    "the metadata store has no room of its own for a full disk",
                    metadata: ["reason": "\(String(cString: strerror(error)))"])
                // Only a file system that never will is not asked again.
                return error == EOPNOTSUPP || error == EINVAL
            }
        }
        return true
    }

    private func openFiles() -> Bool {
        if log < 0 { log = (try? StoreFiles.open(room.files.log, O_RDWR)) ?? -1 }
        return log >= 0 && index >= 0
    }

    // MARK: Behind the database's end

    /// Makes the database's file longer than the database, and SQLite leave it so.
    private func growDatabase(_ connection: Database) throws {
        let size = try Self.fileByteCount(room.files)
        guard let pages = try Int64.fetchOne(connection, sql: "PRAGMA page_count"),
            let pageBytes = try Int64.fetchOne(connection, sql: "PRAGMA page_size")
        else { return }
        let used = pages * pageBytes
        guard size - used < part else { return }
        var hint = used + 2 * part
        Self.keepFileLength(hint, of: room, on: connection)
        // The hint makes SQLite allocate the blocks; it keeps no pointer to it.
        _ = sqlite3_file_control(connection.sqliteConnection, "main", SQLITE_FCNTL_SIZE_HINT, &hint)
    }

    /// Keeps SQLite from cutting a database's file behind what it holds, as it does with every checkpoint: it may be a
    /// whole number of chunks long, and chunks are chosen such that this length is.
    static func keepFileLength(_ byteCount: Int64, of room: LogRoom, on connection: Database) {
        guard room.byteCount > 0 else { return }
        let count = max(1, byteCount / max(1, 2 * room.byteCount / partDivisor))
        var chunk = Int32(clamping: (byteCount + count - 1) / count)
        // The chunk is read before the call returns.
        _ = sqlite3_file_control(connection.sqliteConnection, "main", SQLITE_FCNTL_CHUNK_SIZE, &chunk)
    }

    static func fileByteCount(_ files: StoreFiles) throws -> Int64 {
        var status = stat()
        guard lstat(files.path, &status) == 0 else { throw StoreFiles.cannot("look at", files.path, errno) }
        return Int64(status.st_size)
    }
}
