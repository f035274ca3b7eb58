internal import Engine
internal import Glibc

/// File calls that say what they tried when they fail. All block.
enum Files {
    /// Makes a folder that only its owner enters, and those above it. Present: success.
    static func makeFolder(_ path: String) throws(EngineError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw .system("make the folder \(path)", code: errno)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system("make the folder \(path)", code: errno) }
    }

    /// Names in a folder, without `.` and `..`.
    static func names(in folder: String) throws(EngineError) -> [String] {
        guard let stream = opendir(folder) else { throw .system("list \(folder)", code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // The name is an array inside the entry, ended by a NUL that readdir guarantees.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func withDescriptor<Value>(
        of path: String, flags: Int32, mode: mode_t = 0, _ body: (Int32) throws(EngineError) -> Value
    ) throws(EngineError) -> Value {
        let descriptor = open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .system("open \(path)", code: errno) }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    /// Makes a file's contents durable, or a folder's names.
    static func sync(_ path: String) throws(EngineError) {
        try withDescriptor(of: path, flags: O_RDONLY) { descriptor throws(EngineError) in
            guard fsync(descriptor) == 0 else { throw .system("make \(path) durable", code: errno) }
        }
    }

    static func write(_ bytes: [UInt8], at offset: UInt64, to descriptor: Int32, path: String) throws(EngineError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(
                    descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written, off_t(offset) + written)
            }
            guard count > 0 else { throw .system("write \(path)", code: errno) }
            written += count
        }
    }

    /// Reads from the beginning of a file, at most as many bytes as are asked for.
    static func read(_ path: String, upTo byteCount: Int) throws(EngineError) -> [UInt8] {
        try withDescriptor(of: path, flags: O_RDONLY) { descriptor throws(EngineError) in
            var bytes = [UInt8](repeating: 0, count: byteCount)
            var length = 0
            while length < byteCount {
                let count = bytes.withUnsafeMutableBytes { buffer in
                    Glibc.read(descriptor, buffer.baseAddress.map { $0 + length }, byteCount - length)
                }
                guard count >= 0 else { throw .system("read \(path)", code: errno) }
                if count == 0 { break }
                length += count
            }
            return Array(bytes.prefix(length))
        }
    }

    /// - Returns: nil if there is no such file.
    static func status(of path: String) throws(EngineError) -> stat? {
        var status = stat()
        if stat(path, &status) == 0 { return status }
        guard errno == ENOENT else { throw .system("look at \(path)", code: errno) }
        return nil
    }

    static func move(_ path: String, to destination: String) throws(EngineError) {
        guard rename(path, destination) == 0 else { throw .system("rename \(path) to \(destination)", code: errno) }
    }

    static func setMode(_ mode: mode_t, of path: String) throws(EngineError) {
        guard chmod(path, mode) == 0 else { throw .system("change the mode of \(path)", code: errno) }
    }

    /// Absent: success.
    static func remove(_ path: String) throws(EngineError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove \(path)", code: errno) }
    }
}
