import ArgumentParser
import Glibc

/// Small text files and standard input, read whole within a limit.
enum TextFile {
    /// - Parameters:
    ///   - path: `-`: standard input.
    ///   - limitBytes: a longer file is refused.
    /// - Throws: `ValidationError`.
    static func read(_ path: String, limitBytes: Int) throws -> String {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ValidationError("\(path): \(lastError)") }
        defer { if path != "-" { close(descriptor) } }
        let bytes = try bytes(descriptor, path: path, limitBytes: limitBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("\(path): is not UTF-8")
        }
        return text
    }

    /// The first line without its end; the rest is not looked at.
    static func firstLine(_ path: String, limitBytes: Int) throws -> String {
        let text = try read(path, limitBytes: limitBytes)
        return String(text.prefix { !$0.isNewline })
    }

    /// What the last system call of this thread said.
    static var lastError: String {
        String(cString: strerror(errno))
    }

    private static func bytes(_ descriptor: Int32, path: String, limitBytes: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw ValidationError("\(path): \(lastError)")
            }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limitBytes else { throw ValidationError("\(path): longer than \(limitBytes) bytes") }
        }
    }
}
