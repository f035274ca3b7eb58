import Foundation

/// The folder that everything is kept in; held by one process at a time, and nobody's but ours or root's.
final class StateDirectory: Sendable {
    /// `/var/lib/holdpoint` for root, otherwise below the home folder.
    static var defaultPath: String {
        getuid() == 0 ? "/var/lib/holdpoint" : NSHomeDirectory() + "/.local/state/holdpoint"
    }

    /// Absolute, without links.
    let path: String
    /// Open for as long as the process lives: the lock goes with it.
    private let lock: Int32

    /// Makes the folder if it is missing, takes hold of it, and looks at what is in it before any of that is opened.
    ///
    /// - Throws: `DaemonExit`: code 3 when another instance holds it, 1 when it, the way to it or something in it is
    ///   not as it should be.
    init(_ path: String) throws(DaemonExit) {
        self.path = try FolderPath.open(path)
        lock = try Self.takeLock(self.path)
        try checkContents()
    }

    private static func takeLock(_ path: String) throws(DaemonExit) -> Int32 {
        let file = "\(path)/lock"
        guard let descriptor = try PlainFile.open(file, O_RDWR | O_CREAT) else {
            throw PlainFile.failure("write to", path, code: ENOENT)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else { throw PlainFile.failure("lock", file, code: code) }
            throw DaemonExit(
                code: DaemonExit.stateDirectoryInUse,
                message: "another holdpointd holds the state directory \(path); stop it first, or name another")
        }
        return descriptor
    }

    private static let folders = ["layers", "run", "trash", "quarantine"]
    private static let secrets = ["admin.token", "admin.password"]
    /// The store's files all begin so.
    private static let database = "metadata.sqlite"

    /// The folder may have been somebody else's until lately. What is in the folders below is the engine's to look at.
    private func checkContents() throws(DaemonExit) {
        for name in Self.folders { try PlainFile.check(file(name), isA: .folder) }
        for name in Self.secrets { try PlainFile.check(file(name), without: Trust.everything) }
        for name in try names() where name == Self.database || name.hasPrefix(Self.database + "-") {
            try PlainFile.check(file(name))
        }
    }

    private func names() throws(DaemonExit) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw DaemonExit(
                code: DaemonExit.fault, message: "cannot list \(path): \(FileText.cause(of: error))")
        }
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}
