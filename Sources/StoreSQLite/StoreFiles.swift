internal import CLinux
internal import Foundation
internal import Store

/// The files that a store is made of, before SQLite opens any of them.
///
/// Decided here (2026-11): a start never invents an empty world. A database is made only where nothing of an earlier
/// one is left, whole and under another name first, so that one that was killed half-way leaves nothing that counts.
struct StoreFiles: Sendable {
    /// The database.
    let path: String

    var log: String { path + "-wal" }
    var index: String { path + "-shm" }
    var reserve: String { path + "-reserve" }
    var journal: String { path + "-journal" }
    private static let newSuffix = ".new"
    private static let databaseMagic = Array("SQLite format 3\0".utf8)

    var folder: String { URL(fileURLWithPath: path).deletingLastPathComponent().path }
    private var name: String { URL(fileURLWithPath: path).lastPathComponent }

    /// Looks at everything that is there, and makes the database if there is nothing.
    ///
    /// - Parameters:
    ///   - remains: names of what else an earlier life left; with any of it no database is made.
    ///   - make: fills an empty database at a path.
    /// - Throws: `StoreError.unusable`; nothing was changed then.
    func prepare(remains: [String], make: (String) throws -> Void) throws {
        for file in [path, log, index, journal, reserve] { _ = try Self.byteCount(of: file) }
        guard try Self.byteCount(of: path) != nil else {
            let left = try ownRemains() + remains
            guard left.isEmpty else {
                throw StoreError.unusable(
                    "\(name) is missing beside \(left.joined(separator: ", ")) in \(folder): put it back")
            }
            return try makeFirst(make)
        }
        try requireDatabase()
    }

    /// - Returns: nil: there is no such file.
    /// - Throws: what stands there is no plain file, or cannot be looked at.
    static func byteCount(of file: String) throws(StoreError) -> Int64? {
        let descriptor = linux_open_plain_file(file, O_RDONLY, 0)
        guard descriptor >= 0 else {
            guard -descriptor == ENOENT else { throw cannot("open", file, -descriptor) }
            return nil
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw cannot("look at", file, errno) }
        return Int64(status.st_size)
    }

    /// - Throws: `StoreError.unusable` unless the file begins as every SQLite database does.
    func requireDatabase() throws(StoreError) {
        let descriptor = try Self.open(path, O_RDONLY)
        defer { close(descriptor) }
        var start = [UInt8](repeating: 0, count: Self.databaseMagic.count)
        let count = pread(descriptor, &start, start.count, 0)
        guard count >= 0 else { throw Self.cannot("read", path, errno) }
        guard count > 0 else { throw .unusable("\(path) is empty: it is no database any more") }
        guard count == start.count, start == Self.databaseMagic else {
            throw .unusable("\(path) is no SQLite database")
        }
    }

    /// What an earlier database left beside itself.
    private func ownRemains() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasPrefix(name) && !$0.hasPrefix(name + Self.newSuffix) }.sorted()
    }

    private func makeFirst(_ make: (String) throws -> Void) throws {
        let new = path + Self.newSuffix
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(new + suffix) }
        try Self.create(new)
        try make(new)
        try Self.sync(new)
        guard rename(new, path) == 0 else { throw Self.cannot("name", path, errno) }
        try Self.sync(folder, O_RDONLY | O_DIRECTORY)
    }

    // MARK: Calls that say what they tried

    /// Makes an empty file that only its owner may read; the files beside it inherit its mode.
    static func create(_ path: String) throws(StoreError) {
        close(try open(path, O_RDWR | O_CREAT | O_EXCL))
    }

    /// - Parameter flags: never follows a link; anything but a plain file is refused.
    static func open(_ path: String, _ flags: Int32) throws(StoreError) -> Int32 {
        assertMayWait()
        let descriptor = linux_open_plain_file(path, flags, 0o600)
        guard descriptor >= 0 else { throw cannot("open", path, -descriptor) }
        return descriptor
    }

    /// Makes a file, or the names in a folder, durable.
    static func sync(_ path: String, _ flags: Int32 = O_RDONLY) throws(StoreError) {
        assertMayWait()
        let descriptor = Foundation.open(path, flags | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw cannot("open", path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw cannot("make durable", path, errno) }
    }

    static func cannot(_ deed: String, _ path: String, _ error: Int32) -> StoreError {
        switch error {
        case ENOSPC, EDQUOT: .storageFull
        case ELOOP, EMEDIUMTYPE, EISDIR: .unusable("\(path) is no plain file, but a link, a folder or something else")
        default: .unusable("cannot \(deed) \(path): \(String(cString: strerror(error)))")
        }
    }
}
