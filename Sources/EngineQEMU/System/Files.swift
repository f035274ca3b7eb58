internal import CLinux
internal import Engine
internal import Glibc

/// File calls that say what they tried when they fail. All block.
///
/// None follows a link in a path's last component, and none waits for a peer: what is no plain file is never opened as
/// one (`linux_open_plain_file`).
enum Files {
    /// Names in a folder, in the bytes that the file system has, without `.` and `..`.
    static func rawNames(in folder: String) throws(EngineError) -> [[UInt8]] {
        assertMayWait()
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("list", folder, code: errno) }
        guard let stream = fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            throw .system("list", folder, code: code)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let name = try nextName(in: stream, of: folder) {
            if name != [UInt8(ascii: ".")], name != [UInt8](repeating: UInt8(ascii: "."), count: 2) {
                names.append(name)
            }
        }
        return names
    }

    private static func nextName(in stream: OpaquePointer, of folder: String) throws(EngineError) -> [UInt8]? {
        errno = 0
        guard let entry = readdir(stream) else {
            // A listing that ends early would make what is there look absent.
            guard errno == 0 else { throw .system("list", folder, code: errno) }
            return nil
        }
        // The name is an array inside the entry, ended by a NUL that readdir guarantees.
        return withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    }

    /// Those of the names that are UTF-8, as all of ours are. (Repaired, another's name could become one of ours.)
    static func names(in folder: String) throws(EngineError) -> [String] {
        try rawNames(in: folder).compactMap { String(validating: $0, as: UTF8.self) }
    }

    static func withDescriptor<Value>(
        of path: String, flags: Int32, mode: mode_t = 0, _ body: (Int32) throws(EngineError) -> Value
    ) throws(EngineError) -> Value {
        assertMayWait()
        let descriptor = linux_open_plain_file(path, flags, mode)
        guard descriptor >= 0 else { throw .system("open", path, code: -descriptor) }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    /// Makes a file's contents durable.
    static func sync(_ path: String) throws(EngineError) {
        try withDescriptor(of: path, flags: O_RDONLY) { descriptor throws(EngineError) in
            guard fsync(descriptor) == 0 else { throw .system("make durable", path, code: errno) }
        }
    }

    static func write(_ bytes: [UInt8], at offset: UInt64, to descriptor: Int32, path: String) throws(EngineError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(
                    descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written, off_t(offset) + written)
            }
            guard count > 0 else { throw .system("write", path, code: errno) }
            written += count
        }
    }

    /// Reads from the beginning of a file, at most as many bytes as are asked for.
    static func read(_ path: String, upTo byteCount: Int) throws(EngineError) -> [UInt8] {
        try withDescriptor(of: path, flags: O_RDONLY) { descriptor throws(EngineError) in
            try read(from: descriptor, at: 0, upTo: byteCount, path: path)
        }
    }

    /// - Returns: fewer bytes than are asked for only where the file ends.
    static func read(
        from descriptor: Int32, at offset: UInt64, upTo byteCount: Int, path: String
    ) throws(EngineError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var length = 0
        while length < byteCount {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor, buffer.baseAddress.map { $0 + length }, byteCount - length,
                    off_t(clamping: offset) + length)
            }
            guard count >= 0 else { throw .system("read", path, code: errno) }
            if count == 0 { break }
            length += count
        }
        return Array(bytes.prefix(length))
    }

    /// Of what stands there itself: a link is one.
    ///
    /// - Returns: nil if there is nothing of that name.
    static func status(of path: String) throws(EngineError) -> stat? {
        assertMayWait()
        var status = stat()
        if lstat(path, &status) == 0 { return status }
        guard errno == ENOENT else { throw .system("look at", path, code: errno) }
        return nil
    }

    /// Renames what stands there itself.
    static func move(_ path: String, to destination: String) throws(EngineError) {
        assertMayWait()
        guard rename(path, destination) == 0 else { throw .system("rename", "\(path) to \(destination)", code: errno) }
    }

    static func setMode(_ mode: mode_t, of path: String) throws(EngineError) {
        try withDescriptor(of: path, flags: O_RDONLY) { descriptor throws(EngineError) in
            guard fchmod(descriptor, mode) == 0 else { throw .system("change the mode of", path, code: errno) }
        }
    }

    /// Absent: success.
    static func remove(_ path: String) throws(EngineError) {
        assertMayWait()
        guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove", path, code: errno) }
    }
}
