internal import Foundation

/// A file that takes up room until the disk is full: given up then, it lets what frees room still commit.
struct SpaceReserve: Sendable {
    let path: String
    /// 0: there is never a reserve.
    let byteCount: Int64
    private(set) var isHeld = false
    /// Free bytes that make a new reserve, in reserves: making it must not fill the disk again at once.
    private static let restoreFactor: Int64 = 2

    init(path: String, byteCount: Int64) {
        self.path = path
        self.byteCount = byteCount
    }

    /// Frees the room.
    ///
    /// - Returns: false if there was none to free.
    mutating func giveUp() -> Bool {
        guard isHeld else { return false }
        isHeld = false
        return unlink(path) == 0
    }

    /// Takes the room again if there is plenty, counting what an earlier process left.
    mutating func restore() {
        guard !isHeld, byteCount > 0 else { return }
        guard !isAllocated, freeBytes > Self.restoreFactor * byteCount else {
            isHeld = isAllocated
            return
        }
        isHeld = allocate()
    }

    private var isAllocated: Bool {
        var status = stat()
        return stat(path, &status) == 0 && Int64(status.st_size) == byteCount
    }

    private var freeBytes: Int64 {
        var status = statvfs()
        guard statvfs((path as NSString).deletingLastPathComponent, &status) == 0 else { return 0 }
        let (bytes, overflow) = Int64(clamping: status.f_bavail)
            .multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
        return overflow ? .max : bytes
    }

    private func allocate() -> Bool {
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard posix_fallocate(descriptor, 0, off_t(byteCount)) == 0 else {
            unlink(path)
            return false
        }
        return true
    }
}
