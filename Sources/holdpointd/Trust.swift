import Foundation

/// Whether something in the file system is what it should be, and nobody's but ours or root's to change.
///
/// Who could write into our folder could give us a token, a password or a database of his, or make us write to whatever
/// a link of his names. So the start is refused; nothing is mended silently, because it may have been used already.
enum Trust {
    /// What something should be.
    enum Kind {
        case folder
        case plainFile
    }

    /// Modes that let others change it.
    static let writing: mode_t = 0o022
    /// Modes that let others do anything with it: for secrets.
    static let everything: mode_t = 0o077

    /// - Parameters:
    ///   - status: of the thing itself, not of what it links to.
    ///   - bits: modes that it must not have.
    static func check(
        _ path: String, _ status: stat, isA kind: Kind, without bits: mode_t = writing
    ) throws(DaemonExit) {
        guard self.kind(status) == kind else { throw wrongKind(path, status, kind) }
        try checkOwner(path, status)
        guard status.st_mode & bits == 0 else { throw openToOthers(path, status, bits) }
    }

    static func checkOwner(_ path: String, _ status: stat) throws(DaemonExit) {
        guard status.st_uid != 0, status.st_uid != geteuid() else { return }
        throw refusal(
            "\(path) belongs to user \(status.st_uid), who can change what is kept there; if everything in it is as "
                + "it should be: chown \(geteuid()) \(ShellWord.quoted(path))")
    }

    private static func kind(_ status: stat) -> Kind? {
        switch status.st_mode & S_IFMT {
        case S_IFDIR: .folder
        case S_IFREG: .plainFile
        default: nil
        }
    }

    private static func wrongKind(_ path: String, _ status: stat, _ kind: Kind) -> DaemonExit {
        let expected = kind == .folder ? "folder" : "plain file"
        guard status.st_mode & S_IFMT == S_IFLNK else {
            return refusal("\(path) is no \(expected): find out who put it there, and remove it")
        }
        let instead = kind == .folder ? "; to keep it on another disk, mount or bind that here" : ""
        return refusal("\(path) is a link and should be a \(expected): find out who made it, and remove it\(instead)")
    }

    private static func openToOthers(_ path: String, _ status: stat, _ bits: mode_t) -> DaemonExit {
        let mode = "mode 0" + String(status.st_mode & 0o7777, radix: 8)
        let (deed, change) = bits == everything ? ("read", "go=") : ("changed", "go-w")
        return refusal(
            "\(path) can be \(deed) by others (\(mode)); if nobody has: chmod \(change) \(ShellWord.quoted(path))")
    }

    /// Every refusal tells the other way out too.
    private static func refusal(_ reason: String) -> DaemonExit {
        DaemonExit(code: DaemonExit.fault, message: reason + "; or give another --state-dir")
    }
}
