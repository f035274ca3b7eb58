import Foundation

/// One line that only the server's user may read.
struct SecretFile: Sendable {
    let path: String

    /// - Returns: nil if there is no such file.
    /// - Throws: `DaemonExit` for one that says nothing.
    func read() throws -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else {
            throw DaemonExit(code: DaemonExit.fault, message: "\(path) is empty: remove it to have a new one made")
        }
        return text
    }

    /// To a temporary name, flushed, then renamed: a crash leaves no half of it.
    func write(_ text: String) throws {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data((text + "\n").utf8))
        try file.synchronize()
        guard rename(temporary, path) == 0 else { throw failure("write") }
        try flushFolder()
    }

    /// Durably.
    ///
    /// - Returns: whether there was one.
    func remove() throws -> Bool {
        guard unlink(path) == 0 else {
            guard errno == ENOENT else { throw failure("remove") }
            return false
        }
        try flushFolder()
        return true
    }

    private func flushFolder() throws {
        let descriptor = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("flush") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("flush") }
    }

    private func failure(_ deed: String) -> DaemonExit {
        DaemonExit(code: DaemonExit.fault, message: "cannot \(deed) \(path): \(String(cString: strerror(errno)))")
    }
}
