import Foundation

/// A folder of a test's own, with a short path: the sockets below it need short ones.
struct TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/hps-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Ends the processes that have a pid file below the folder, and removes it.
    func remove() {
        let run = path + "/state/run"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: run)) ?? [] where name.hasSuffix(".pid") {
            guard let text = try? String(contentsOfFile: "\(run)/\(name)", encoding: .utf8),
                let processID = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)), processID > 1,
                // Only a process that was started with a socket of this folder.
                let command = FileManager.default.contents(atPath: "/proc/\(processID)/cmdline"),
                String(decoding: command, as: UTF8.self).contains(path)
            else { continue }
            kill(processID, SIGKILL)
        }
        try? FileManager.default.removeItem(atPath: path)
    }
}
