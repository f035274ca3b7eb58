import CLinux
import Foundation

/// Files of ours in the state directory: opened as plain files, without following links or waiting for a peer, and only
/// if nobody else can change them.
enum PlainFile {
    private static let newFileMode: mode_t = 0o600

    /// - Parameter bits: modes that it must not have.
    /// - Returns: its descriptor; nil if there is no such file.
    /// - Throws: `DaemonExit` for what is no such file, or somebody else's.
    static func open(
        _ path: String, _ flags: Int32, without bits: mode_t = Trust.writing
    ) throws(DaemonExit) -> Int32? {
        let descriptor = linux_open_plain_file(path, flags, newFileMode)
        guard descriptor >= 0 else {
            guard descriptor != -ENOENT else { return nil }
            try check(path, without: bits)
            throw failure("open", path, code: -descriptor)
        }
        do throws(DaemonExit) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw failure("look at", path, code: errno) }
            try Trust.check(path, status, isA: .plainFile, without: bits)
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Without opening it: closing a descriptor of a database gives up the locks that others of ours hold on it.
    /// Absent: success.
    static func check(
        _ path: String, isA kind: Trust.Kind = .plainFile, without bits: mode_t = Trust.writing
    ) throws(DaemonExit) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw failure("look at", path, code: errno) }
            return
        }
        try Trust.check(path, status, isA: kind, without: bits)
    }

    static func failure(_ deed: String, _ path: String, code: Int32) -> DaemonExit {
        DaemonExit(code: DaemonExit.fault, message: "cannot \(deed) \(path): \(String(cString: strerror(code)))")
    }
}
