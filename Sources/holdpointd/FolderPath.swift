import Foundation

/// Walks to a folder, one part of its path after the other, and makes what is missing.
///
/// Every folder on the way, links' included, must be one in which nobody but root and we can put another entry in the
/// place of the next one: ours or root's, and not writable by others; or with the sticky bit, like /tmp, where an entry
/// that is ours or root's stays. What was looked at here can then be used by its name.
struct FolderPath {
    /// As many as the kernel follows.
    private static let maximumLinkCount = 40
    /// The group reaches the listener's socket, which says itself who may connect.
    private static let newFolderMode: mode_t = 0o750

    /// The way so far, without links; empty is the root.
    private var path = ""
    /// Names to go, the next one last.
    private var names: [String]
    private var linkCount = 0

    /// - Returns: the folder's path without links, so that one folder has one name however it is spelled.
    /// - Throws: `DaemonExit` with what is wrong on the way, or with the folder.
    static func open(_ text: String) throws(DaemonExit) -> String {
        guard !text.isEmpty else {
            throw DaemonExit(code: DaemonExit.badFlags, message: "the state directory's path is empty")
        }
        var walk = FolderPath(names: parts(text.utf8.first == slash ? text : try workingFolder() + "/" + text))
        try walk.checkShared("/")
        while let name = walk.names.popLast() { try walk.enter(name) }
        let path = walk.path.isEmpty ? "/" : walk.path
        guard let status = try status(path) else { throw failure("look at \(path)", code: ENOENT) }
        try Trust.check(path, status, isA: .folder)
        return path
    }

    private init(names: [String]) {
        self.names = names
    }

    private mutating func enter(_ name: String) throws(DaemonExit) {
        guard name != ".." else {
            path = path.utf8.lastIndex(of: Self.slash).map { String(path[..<$0]) } ?? ""
            return
        }
        let entry = path + "/" + name
        if try Self.status(entry) == nil { try make(entry) }
        guard let status = try Self.status(entry) else { throw Self.failure("look at \(entry)", code: ENOENT) }
        if status.st_mode & S_IFMT == S_IFLNK {
            try Trust.checkOwner(entry, status)
            try follow(entry)
        } else {
            try checkShared(entry)
            path = entry
        }
    }

    /// A folder that others may write to is accepted if they cannot touch there what is not theirs.
    private func checkShared(_ folder: String) throws(DaemonExit) {
        guard let status = try Self.status(folder) else { throw Self.failure("look at \(folder)", code: ENOENT) }
        let isSticky = status.st_mode & S_ISVTX != 0
        try Trust.check(folder, status, isA: .folder, without: isSticky ? 0 : Trust.writing)
    }

    private mutating func follow(_ link: String) throws(DaemonExit) {
        linkCount += 1
        guard linkCount <= Self.maximumLinkCount else { throw Self.failure("follow the link \(link)", code: ELOOP) }
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &bytes, bytes.count)
        guard count >= 0 else { throw Self.failure("read the link \(link)", code: errno) }
        let target = bytes.prefix(count).map { UInt8(bitPattern: $0) }
        guard let text = String(validating: target, as: UTF8.self) else {
            throw Self.failure("read the link \(link)", code: EILSEQ)
        }
        if target.first == Self.slash { path = "" }
        names += Self.parts(text)
    }

    /// Durably: what is kept there must not be lost with the folder's name.
    private func make(_ folder: String) throws(DaemonExit) {
        if mkdir(folder, 0o700) != 0 {
            // Somebody else was faster: what it is will be looked at.
            guard errno == EEXIST else { throw Self.failure("make the folder \(folder)", code: errno) }
            return
        }
        guard chmod(folder, Self.newFolderMode) == 0 else {
            throw Self.failure("change the mode of \(folder)", code: errno)
        }
        try Self.flush(path.isEmpty ? "/" : path)
    }

    /// Makes the names in a folder durable.
    static func flush(_ folder: String) throws(DaemonExit) {
        let descriptor = Foundation.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open \(folder)", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("flush \(folder)", code: errno) }
    }

    // MARK: Parts

    private static let slash = UInt8(ascii: "/")

    /// The next one last. By bytes: a combining mark behind a slash makes another character of it.
    private static func parts(_ path: String) -> [String] {
        path.utf8.split(separator: slash).map { String(Substring($0)) }.filter { $0 != "." }.reversed()
    }

    private static func workingFolder() throws(DaemonExit) -> String {
        guard let bytes = getcwd(nil, 0) else { throw failure("find the working folder", code: errno) }
        defer { free(bytes) }
        guard let text = String(validatingCString: bytes) else {
            throw failure("read the working folder's name", code: EILSEQ)
        }
        return text
    }

    /// Of the entry itself.
    ///
    /// - Returns: nil if there is none.
    private static func status(_ entry: String) throws(DaemonExit) -> stat? {
        var status = stat()
        if lstat(entry, &status) == 0 { return status }
        guard errno == ENOENT else { throw failure("look at \(entry)", code: errno) }
        return nil
    }

    private static func failure(_ deed: String, code: Int32) -> DaemonExit {
        DaemonExit(code: DaemonExit.fault, message: "cannot \(deed): \(String(cString: strerror(code)))")
    }
}
