internal import CLinux
internal import Foundation
internal import Store

/// The room that the log of a store and the log's index have, whatever becomes of the file system.
///
/// Decided here (2026-11): blocks that nobody else can get, because they never leave one file. While a server runs they
/// are the log's and the index's own: the files are longer than what they hold, so that commits find their blocks
/// there. While none runs they bear other names, `-reserve` and `-reserve-index`, without a log in them. A file that is
/// given up at the moment of need (as it was until then) goes to whoever writes first; so does one that is cut and
/// grown again.
struct LogRoom: Sendable {
    let files: StoreFiles
    /// Of the log; 0: no room is kept.
    let byteCount: Int64

    /// The index takes 32 KiB for each 4,096 pages of 4 KiB.
    private static let logBytesPerIndexPart: Int64 = 4_096 * 4_096
    private static let indexPartBytes: Int64 = 32_768
    /// Whoever holds this byte of the index uses it; who comes first cuts the file, and with it its room
    /// (`UNIX_SHM_DMS` of SQLite's os_unix.c).
    private static let indexUsersByte: off_t = 128

    var indexByteCount: Int64 { (byteCount / Self.logBytesPerIndexPart + 2) * Self.indexPartBytes }
    private var keptIndex: String { files.reserve + "-index" }

    /// Turns the room that an earlier process kept into the log and the index of this one. SQLite must not have them
    /// open.
    ///
    /// - Returns: a descriptor of the index, nil without room. As long as it is open SQLite leaves the file's length as
    ///   it is.
    func takeOver() throws -> Int32? {
        guard byteCount > 0 else { return nil }
        try takeOver(files.reserve, as: files.log) { try markEmpty($0) }
        try takeOver(keptIndex, as: files.index) { _ in }
        return try holdIndex()
    }

    private func takeOver(_ kept: String, as used: String, _ prepare: (Int32) throws -> Void) throws {
        guard try StoreFiles.byteCount(of: kept) != nil else { return }
        guard try (StoreFiles.byteCount(of: used) ?? 0) == 0 else {
            // Left by an earlier version, or by a process that ended while it gave the file its other name.
            unlink(kept)
            return
        }
        let descriptor = try StoreFiles.open(kept, O_RDWR)
        defer { close(descriptor) }
        try prepare(descriptor)
        guard rename(kept, used) == 0 else { throw StoreFiles.cannot("name", used, errno) }
    }

    private func markEmpty(_ descriptor: Int32) throws(StoreError) {
        let mark = LogInspection.emptyMark
        guard pwrite(descriptor, mark, mark.count, 0) == mark.count, fsync(descriptor) == 0 else {
            throw StoreFiles.cannot("write to", files.reserve, errno)
        }
    }

    /// What is in the index says nothing once its users have ended: SQLite makes it anew from zeros. It must have its
    /// first blocks before SQLite maps it into memory, where their want is a signal and no error.
    private func holdIndex() throws -> Int32 {
        let descriptor = try StoreFiles.open(files.index, O_RDWR | O_CREAT)
        do {
            if linux_hold_byte(descriptor, Self.indexUsersByte, 1) == 0 { try clearIndex(descriptor) }
            let error = linux_hold_byte(descriptor, Self.indexUsersByte, 0)
            guard error == 0 else { throw StoreFiles.cannot("hold", files.index, -error) }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private func clearIndex(_ descriptor: Int32) throws {
        let length = max(2 * Self.indexPartBytes, try StoreFiles.byteCount(of: files.index) ?? 0)
        let zeros = [UInt8](repeating: 0, count: Int(Self.indexPartBytes))
        for offset in stride(from: 0, to: length, by: zeros.count) {
            guard pwrite(descriptor, zeros, zeros.count, off_t(offset)) == zeros.count else {
                throw StoreFiles.cannot("write to", files.index, errno == 0 ? ENOSPC : errno)
            }
        }
        guard fsync(descriptor) == 0 else { throw StoreFiles.cannot("make durable", files.index, errno) }
    }

    /// Undoes `takeOver` before SQLite has written anything: a start that is refused leaves everything as it was.
    func giveBack() throws {
        if try StoreFiles.byteCount(of: files.log) ?? 0 == 0 {
            for file in [files.log, files.index] { unlink(file) }
        } else if LogInspection.isEmpty(files.log) {
            rename(files.log, files.reserve)
            rename(files.index, keptIndex)
        }
    }

    /// Gives both, while SQLite has them open, the names under which their room outlives them.
    func keep() {
        guard byteCount > 0, let size = try? StoreFiles.byteCount(of: files.log), size >= byteCount else { return }
        forget()
        for (used, kept) in [(files.log, files.reserve), (files.index, keptIndex)] { _ = link(used, kept) }
    }

    /// After SQLite has removed the log: only the room is left, and what it holds says so.
    func shorten() {
        guard let descriptor = try? StoreFiles.open(files.reserve, O_RDWR) else { return }
        defer { close(descriptor) }
        try? markEmpty(descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int64(status.st_size) > byteCount else { return }
        _ = ftruncate(descriptor, off_t(byteCount))
    }

    /// Undoes `keep`: the log is still needed.
    func forget() {
        for file in [files.reserve, keptIndex] { unlink(file) }
    }
}

/// Room on a file system.
enum FreeRoom {
    /// For everybody, without what is set aside for root; 0 if that is not known.
    static func bytes(at folder: String) -> Int64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return 0 }
        let (bytes, overflow) = Int64(clamping: status.f_bavail)
            .multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
        return overflow ? .max : bytes
    }
}
