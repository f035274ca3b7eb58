import Foundation

/// What an earlier life left in a state directory beside the metadata: none of it is there before the first start has
/// made the metadata, so without them it says that they are lost.
enum StateRemains {
    private static let secrets = ["admin.token", "admin.password"]
    private static let folders = ["layers", "trash", "quarantine", "run"]
    /// A file system has it where it is mounted.
    private static let foreign: Set = ["lost+found"]

    /// The files that are there, and folders of ours with something in them.
    ///
    /// - Throws: `DaemonExit` if one of them cannot be looked at: that says nothing about what is in it.
    static func names(in directory: StateDirectory) throws -> [String] {
        var names: [String] = []
        for name in secrets where try exists(directory.file(name)) { names.append(name) }
        for name in folders where try exists(directory.file(name)) {
            let found: [String]
            do {
                found = try FileManager.default.contentsOfDirectory(atPath: directory.file(name))
            } catch {
                throw unreadable(directory.file(name), FileText.cause(of: error))
            }
            let ours = found.filter { !foreign.contains($0) }
            if !ours.isEmpty { names.append("\(name)/ (\(ours.count) in it)") }
        }
        return names
    }

    /// What the operator reads.
    static func refusal(reason: String, stateDirectory: String) -> String {
        """
        the metadata store cannot be opened: \(reason). Nothing was changed. To go on from a backup: \
        holdpointd restore --state-dir \(ShellWord.quoted(stateDirectory)) --from BACKUP
        """
    }

    private static func exists(_ path: String) throws -> Bool {
        var status = stat()
        guard lstat(path, &status) != 0 else { return true }
        guard errno == ENOENT else { throw unreadable(path, String(cString: strerror(errno))) }
        return false
    }

    private static func unreadable(_ path: String, _ why: String) -> DaemonExit {
        DaemonExit(code: DaemonExit.fault, message: "cannot look into \(path): \(why)")
    }
}
