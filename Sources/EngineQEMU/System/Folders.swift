internal import Engine
internal import Glibc

/// Folders that are ours alone. All calls block.
enum Folders {
    /// Makes a folder that only its owner enters, and those above it. Present: success.
    static func make(_ path: String) throws(EngineError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw .system("make the folder", path, code: errno)
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system("make the folder", path, code: errno) }
    }

    /// Makes a folder, or takes one that is there if it is ours: reached through no link, root's or our user's, and
    /// written by nobody else. What others can write they can also swap for a link, and then it is their choice which
    /// files we write and delete.
    ///
    /// - Throws: `.failed` with what is wrong and what to do.
    static func takeOwn(_ path: String) throws(EngineError) {
        try make(path)
        guard let problem = try problem(of: path) else { return }
        throw EngineError(.failed, "cannot use \(path): \(problem)")
    }

    /// - Returns: why this is no folder of ours; nil: it is one.
    static func problem(of path: String) throws(EngineError) -> String? {
        guard let status = try Files.status(of: path) else { return "it is not there" }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: break
        case S_IFLNK: return "it is a link: put a folder there, or mount one (mount --bind)"
        default: return "it is no folder"
        }
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            return "it is user \(status.st_uid)'s: it must be root's, or of the user that runs this"
        }
        guard status.st_mode & 0o022 == 0 else {
            return "others can write it (mode \(String(status.st_mode & 0o7777, radix: 8))): chmod go-w \(path)"
        }
        guard access(path, W_OK) == 0 else { return "it cannot be written: \(String(cString: strerror(errno)))" }
        return nil
    }

    /// Makes a folder's names durable.
    static func sync(_ path: String) throws(EngineError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("make durable", path, code: errno) }
    }
}
