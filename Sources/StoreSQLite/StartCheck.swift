internal import Foundation
internal import Store

/// When the whole database is checked at a start.
///
/// Decided here (2026-11): a start serves nobody before the check, as long as that takes no time that anybody notices.
/// A database of a million snapshots is read for five seconds from a cold disk: there the check begins with the start,
/// runs beside the serving, and ends the process if it finds damage, as a disk that fails does. Until it has come to a
/// good end a mark lies beside the database, and a start that finds the mark checks first, however long that takes: so
/// at most one start serves from a database that was not found sound. Rejected: no check after a clean stop, which is
/// when nobody would look at what a disk has forgotten.
struct StartCheck {
    /// The largest database that is checked first; read in some tenths of a second.
    static let defaultLimitBytes: Int64 = 128 << 20

    private let files: StoreFiles
    private let limitBytes: Int64

    init(_ files: StoreFiles, limitBytes: Int64) {
        self.files = files
        self.limitBytes = limitBytes
    }

    private var mark: String { files.path + "-unchecked" }

    /// Whether it is too large to be read in one go.
    var isLarge: Bool {
        get throws { try SpaceReserve.fileByteCount(files) > limitBytes }
    }

    /// Whether the check comes before the serving. If not, the mark is left, and the check is owed.
    func comesFirst() throws -> Bool {
        guard try isLarge, try !isOwed else { return true }
        do {
            try StoreFiles.create(mark)
            try StoreFiles.sync(files.folder, O_RDONLY | O_DIRECTORY)
            return false
        } catch {
            // Where no mark can be left there is no later.
            return true
        }
    }

    /// Whether a check began that has not come to a good end.
    var isOwed: Bool {
        get throws { try StoreFiles.byteCount(of: mark) != nil }
    }

    /// It was found sound.
    func passed() { unlink(mark) }
}
