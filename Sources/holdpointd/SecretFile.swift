import Foundation

/// One line that only the server's user may read.
struct SecretFile: Sendable {
    let path: String

    /// Longer than every secret; a file of another kind is not read into memory.
    private static let byteLimit = 4096

    /// - Returns: nil if there is no such file.
    /// - Throws: `DaemonExit` for one that says nothing, or that others can read or change: it is no secret.
    func read() throws(DaemonExit) -> String? {
        guard let descriptor = try PlainFile.open(path, O_RDONLY, without: Trust.everything) else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.byteLimit + 1)
        let count = Foundation.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw PlainFile.failure("read", path, code: errno) }
        guard count <= Self.byteLimit, let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw DaemonExit(code: DaemonExit.fault, message: "\(path) is not one line of UTF-8")
        }
        let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !secret.isEmpty else {
            throw DaemonExit(code: DaemonExit.fault, message: "\(path) is empty: remove it to have a new one made")
        }
        return secret
    }

    /// To a temporary name, flushed, then renamed: a crash leaves no half of it.
    func write(_ text: String) throws(DaemonExit) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write") }
        defer { close(descriptor) }
        let code = StandardStream.write(Array((text + "\n").utf8), to: descriptor).errorCode
        guard code == 0 else { throw PlainFile.failure("write", path, code: code) }
        guard fsync(descriptor) == 0 else { throw failure("write") }
        guard rename(temporary, path) == 0 else { throw failure("write") }
        try flushFolder()
    }

    /// Durably.
    ///
    /// - Returns: whether there was one.
    func remove() throws(DaemonExit) -> Bool {
        guard unlink(path) == 0 else {
            guard errno == ENOENT else { throw failure("remove") }
            return false
        }
        try flushFolder()
        return true
    }

    private func flushFolder() throws(DaemonExit) {
        try FolderPath.flush((path as NSString).deletingLastPathComponent)
    }

    private func failure(_ deed: String) -> DaemonExit {
        PlainFile.failure(deed, path, code: errno)
    }
}
