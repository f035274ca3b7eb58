import ArgumentParser
import Glibc

/// Files that hold a password, a token or a profile: nobody but their user should read them.
enum SecretFile {
    /// Refuses a plain file of the caller's that others may read or write.
    ///
    /// As ssh does it with keys: another user's file is theirs to guard (a container's secrets are root's, of any
    /// mode), and a pipe, a terminal or `/dev/fd/N` has no other readers. A link counts as what it leads to.
    /// - Parameter descriptor: of the open file, so that it is the one that is read.
    /// - Throws: `ValidationError` naming the line that helps.
    static func check(_ descriptor: Int32, _ path: String) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ValidationError("\(path): \(TextFile.lastError)") }
        let isOwnFile = status.st_mode & S_IFMT == S_IFREG && status.st_uid == geteuid()
        guard isOwnFile, status.st_mode & 0o077 != 0 else { return }
        let command = Process.shellLine(["chmod", "600", path])
        throw ValidationError("\(path): others may read or write it; make it yours alone: \(command)")
    }

    /// Refuses one of another user, too: it names where secrets are sent.
    static func checkOwn(_ descriptor: Int32, _ path: String) throws {
        try check(descriptor, path)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ValidationError("\(path): \(TextFile.lastError)") }
        guard status.st_uid == geteuid() else { throw ValidationError("\(path): belongs to another user") }
    }
}
