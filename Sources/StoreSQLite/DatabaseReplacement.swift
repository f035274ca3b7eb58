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

    /// Copies a database's bytes there, in place of what an earlier attempt left. What makes an empty or foreign one
    /// must not take the place of a good one, nor may a name that leads to the backup itself.
    ///
    /// - Parameter source: a file, or a link that leads to one.
    public func prepare(from source: String) throws(StoreError) {
        discard()
        try copy(source)
        do {
            _ = try DatabaseOrigin.applied(StoreFiles(path: preparedPath))
        } catch let error as DatabaseError {
            throw SQLiteFault(error).storeError
        } catch {
            throw (error as? StoreError) ?? .unusable("\(error)")
        }
    }

    private func copy(_ source: String) throws(StoreError) {
        // A link is followed, to its end; O_NONBLOCK lets nothing wait for a pipe's other end.
        let input = open(source, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard input >= 0 else { throw StoreFiles.cannot("open", source, errno) }
        defer { close(input) }
        var status = stat()
        guard fstat(input, &status) == 0 else { throw StoreFiles.cannot("look at", source, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreFiles.cannot("copy", source, EMEDIUMTYPE) }
        guard !exists(source + "-wal") else {
            throw .unusable("\(source) is no backup: a part of it is in the log beside it")
        }
        let output = try StoreFiles.open(preparedPath, O_WRONLY | O_CREAT | O_EXCL)
        defer { close(output) }
        var left = Int64(status.st_size)
        while left > 0 {
            let count = sendfile(output, input, nil, Int(clamping: left))
            guard count > 0 else { throw StoreFiles.cannot("copy", source, count == 0 ? EIO : errno) }
            left -= Int64(count)
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
        let isThere = exists(path)
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
        for suffix in ["", "-wal"] where exists(path + suffix) {
            try call("link \(path + suffix)") { link(path + suffix, old + suffix) }
        }
        try sync(folder)
        if isSound(path), (try? fold(path)) != nil { unlink(old + "-wal") }
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
        try sync(folder)
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
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
        guard !exists(path + "-wal") else {
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
