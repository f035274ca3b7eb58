import Foundation

/// The folder that everything is kept in; held by one process at a time.
final class StateDirectory: Sendable {
    /// `/var/lib/holdpoint` for root, otherwise below the home folder.
    static var defaultPath: String {
        getuid() == 0 ? "/var/lib/holdpoint" : NSHomeDirectory() + "/.local/state/holdpoint"
    }

    let path: String
    /// Open for as long as the process lives: the lock goes with it.
    private let lock: Int32

    /// Makes the folder if it is missing, and takes hold of it.
    ///
    /// - Throws: `DaemonExit`, code 3 when another instance holds it.
    init(_ path: String) throws {
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        do {
            try FileManager.default.createDirectory(
                atPath: absolute, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw DaemonExit(
                code: DaemonExit.fault,
                message: "cannot make the state directory \(absolute): \(error.localizedDescription)")
        }
        self.path = absolute
        lock = try Self.takeLock(absolute)
    }

    private static func takeLock(_ path: String) throws -> Int32 {
        let descriptor = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DaemonExit(
                code: DaemonExit.fault, message: "cannot write to \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw DaemonExit(
                code: DaemonExit.stateDirectoryInUse,
                message: "another holdpointd holds the state directory \(path); stop it first, or name another")
        }
        return descriptor
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}
