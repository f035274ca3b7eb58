import Foundation
import Testing

/// A file system of a few MiB, gone at the end.
final class SmallDisk {
    let folder: String

    /// Whether this process may mount one; if not, the tests that need it are skipped.
    static let isPossible: Bool = (try? SmallDisk(mebibytes: 1)) != nil

    init(mebibytes: Int) throws {
        folder = NSTemporaryDirectory() + "holdpoint-disk-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard mount("tmpfs", folder, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
            try? FileManager.default.removeItem(atPath: folder)
            throw CocoaError(.fileWriteNoPermission)
        }
    }

    deinit {
        umount2(folder, Int32(MNT_DETACH))
        try? FileManager.default.removeItem(atPath: folder)
    }

    var ballastPath: String { folder + "/ballast" }

    /// Fills what is free.
    func fill() {
        let descriptor = open(ballastPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4096)
        while write(descriptor, page, page.count) > 0 {}
    }

    func empty() {
        unlink(ballastPath)
    }
}
