import ArgumentParser
import Glibc
import HoldpointClient

/// `holdpoint admin backup FILE`
struct AdminBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a consistent copy of the metadata, for holdpointd restore.",
        discussion: "The file is there whole or not at all. It holds no disk's data, but secrets' hashes: mode 0600.")

    @Argument(help: "The new file; -: standard output.")
    var file: String

    @Flag(help: "Replace a file that is there.")
    var force = false

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("admin backup \(file)") { session in
            try session.refuseDryRun()
            let summary = try await file == "-" ? backUpToOutput(session) : backUpToFile(session)
            session.note("\(file): \(summary.bytes) bytes, SHA-256 \(summary.digest)")
        }
    }

    private func backUpToFile(_ session: Session) async throws -> BackupSummary {
        try await NewFile(path: file, overwrites: force).write { descriptor in
            try await session.backUp(to: descriptor, file)
        }
    }

    private func backUpToOutput(_ session: Session) async throws -> BackupSummary {
        guard isatty(STDOUT_FILENO) == 0 else {
            throw ValidationError("standard output is a terminal: name a file, or redirect it")
        }
        let summary = try await session.backUp(to: STDOUT_FILENO, "standard output")
        guard StandardStreams.syncOutput() else { throw NewFile.failure("standard output") }
        return summary
    }
}

extension Session {
    /// A reader that goes away is an error here: what it has is no backup.
    fileprivate func backUp(to descriptor: Int32, _ name: String) async throws -> BackupSummary {
        try await client.backup { part in
            guard StandardStreams.write(part, to: descriptor) else { throw NewFile.failure(name) }
        }
    }
}
