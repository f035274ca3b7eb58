internal import Foundation
internal import GRDB
public import Store

/// Puts another database in a database's place. Nothing may have either open.
///
/// The old one stays under another name. A crash at any point leaves one of the two in place, whole: the new one is
/// made durable first, then takes the name in one `rename`.
public struct DatabaseReplacement: Sendable {
    private let path: String

    /// - Parameter path: the database that is replaced; it may be missing.
    public init(of path: String) {
        self.path = path
    }

    /// Where the new database is prepared, beside the old one.
    public var preparedPath: String { path + ".restoring" }

    /// Copies a backup there, in place of what an earlier attempt left. Whatever fails, nothing is left there.
    ///
    /// The bytes are copied into a new file of ours, never the name: a link to a backup that took the database's place
    /// would have the backup written.
    ///
    /// - Parameter source: a plain file, or a link to one. Not the database itself, nor one that was not closed:
    ///   without its log it would lack what was acknowledged last.
    /// - Throws: `.unusable`.
    public func prepare(from source: String) throws(StoreError) {
        let backup = try BackupFile(source)
        defer { backup.close() }
        guard !backup.isSame(as: path), !backup.isSame(as: preparedPath) else {
            throw .unusable("\(source) is the database that is to be replaced, or a restore's own; name a backup")
        }
        guard !backup.hasLog else {
            throw .unusable(
                "\(source) has a log beside it (\(source)-wal): it is a database in use, or one that was not closed, "
                    + "and no backup; holdpoint admin backup makes one")
        }
        discard()
        do throws(StoreError) {
            try backup.copy(to: preparedPath)
            try checkOrigin()
        } catch {
            discard()
            throw error
        }
    }

    /// What a store makes of an empty or foreign database must not take the place of a good one.
    private func checkOrigin() throws(StoreError) {
        do {
            _ = try DatabaseOrigin.applied(StoreFiles(path: preparedPath))
        } catch let error as DatabaseError {
            throw SQLiteFault(error).storeError
        } catch {
            throw (error as? StoreError) ?? .unusable("\(error)")
        }
    }

    /// Removes what was prepared.
    public func discard() {
        for suffix in Self.suffixes { unlink(preparedPath + suffix) }
    }

    /// Puts the prepared database in place.
    ///
    /// - Parameter suffix: what the old one's name gets behind it.
    /// - Returns: the old one's new path; nil if there was none.
    public func finish(keepingOldAs suffix: String) throws(StoreError) -> String? {
        try fold(preparedPath)
        try sync(preparedPath)
        let isThere = try exists(path)
        try keepOld(as: path + suffix)
        try call("rename \(preparedPath)") { rename(preparedPath, path) }
        try sync(folder)
        return isThere ? path + suffix : nil
    }

    private static let suffixes = ["", "-wal", "-shm", "-journal"]
    private var folder: String { URL(fileURLWithPath: path).deletingLastPathComponent().path }

    /// Gives the old database a second name. Its log must not lie beside the new one, which would take it for its own:
    /// it is folded into the old database. Where that is damaged, empty or gone, or the log is, the log is left to its
    /// second name: only then, and until the rename, is the damaged one in place without it.
    private func keepOld(as old: String) throws(StoreError) {
        for suffix in ["", "-wal"] {
            guard try exists(path + suffix) else { continue }
            try call("link \(path + suffix)") { link(path + suffix, old + suffix) }
        }
        try sync(folder)
        if isSound(path), (try? fold(path)) != nil { unlink(old + "-wal") }
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
        try sync(folder)
    }

    /// What cannot be looked at may be there: it is not replaced then.
    private func exists(_ path: String) throws(StoreError) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0 { return true }
        guard errno == ENOENT else { throw .unusable("cannot look at \(path): \(String(cString: strerror(errno)))") }
        return false
    }

    /// Whether SQLite would keep everything that the database and its log hold.
    private func isSound(_ path: String) -> Bool {
        let files = StoreFiles(path: path)
        return (try? files.requireDatabase()) != nil && (try? LogInspection(files)) != nil
    }

    /// Brings what is in a database's log into it, and removes the log.
    private func fold(_ path: String) throws(StoreError) {
        do {
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            try queue.close()
        } catch let error as DatabaseError {
            throw SQLiteFault(error).storeError
        } catch {
            throw .unusable("\(error)")
        }
        guard try !exists(path + "-wal") else {
            throw .unusable("the log of \(path) cannot be folded into it")
        }
    }

    private func sync(_ path: String) throws(StoreError) {
        try StoreFiles.sync(path)
    }

    private func call(_ what: String, _ body: () -> Int32) throws(StoreError) {
        guard body() == 0 else { throw .unusable("cannot \(what): \(String(cString: strerror(errno)))") }
    }
}
