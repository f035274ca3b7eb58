import ArgumentParser
import Glibc

/// Small text files and standard input, read whole within a limit.
enum TextFile {
    /// - Parameters:
    ///   - path: `-`: standard input.
    ///   - limitBytes: a longer file is refused.
    ///   - check: refuses a file that was opened, by throwing.
    /// - Throws: `ValidationError`.
    static func read(
        _ path: String, limitBytes: Int, check: (_ descriptor: Int32) throws -> Void = { _ in }
    ) throws -> String {
        try text(try bytes(path, limitBytes: limitBytes, check: check)[...], path)
    }

    /// A secret: the first line without its end; the rest is not looked at. Refuses a file of the caller's that others
    /// may read or write.
    static func secret(_ path: String, limitBytes: Int) throws -> String {
        let bytes = try bytes(path, limitBytes: limitBytes) { try SecretFile.check($0, path) }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        return try text(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, path)
    }

    private static func text(_ bytes: ArraySlice<UInt8>, _ path: String) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("\(path): is not UTF-8")
        }
        return text
    }

    /// Standard input is not checked: whoever redirected it may read it.
    private static func bytes(_ path: String, limitBytes: Int, check: (Int32) throws -> Void) throws -> [UInt8] {
        guard path != "-" else { return try bytes(STDIN_FILENO, path: "standard input", limitBytes: limitBytes) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ValidationError("\(path): \(lastError)") }
        defer { close(descriptor) }
        try check(descriptor)
        return try bytes(descriptor, path: path, limitBytes: limitBytes)
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
