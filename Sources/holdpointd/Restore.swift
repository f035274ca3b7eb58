import ArgumentParser
import Engine
import EngineQEMU
import Foundation
import Logging
import Manager
import Model
import Store
import StoreSQLite

/// `holdpointd restore`: puts a backup of the metadata in place, fitted to the layers that are there.
///
/// Decided here: the backup is proved, and every process found ended, before anything is touched; all work is done on a
/// copy beside the old metadata, which take its place in one rename and stay under another name. Only then files are
/// frozen or moved, so that a crash before leaves the old state whole, and one after needs nothing but the same call
/// again. What is decided about rows and layers is `RestorePlan`'s.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Restore the metadata from a backup that `holdpoint admin backup` made. Starts nothing.")

    @Option(name: .customLong("state-dir"), help: "Where everything is kept.")
    var stateDirectory = StateDirectory.defaultPath

    @Option(name: .customLong("from"), help: "The backup.")
    var backup: String

    @Flag(name: .customLong("stop-servers"), help: "First end the processes of servers that still run, cleanly.")
    var stopServers = false

    mutating func run() async throws {
        LogFormat.bootstrap(.text, level: .warning)
        let logger = Logger(label: "holdpointd")
        let directory = try StateDirectory(stateDirectory)
        let replacement = DatabaseReplacement(of: directory.file("metadata.sqlite"))
        do {
            try await restore(directory, replacement, logger)
        } catch let error as StoreError {
            throw DaemonExit(code: DaemonExit.fault, message: "nothing was restored: \(error)")
        } catch let error as EngineError {
            throw DaemonExit(code: DaemonExit.fault, message: "the restore stopped half-way: \(error); run it again")
        }
    }

    private func restore(
        _ directory: StateDirectory, _ replacement: DatabaseReplacement, _ logger: Logger
    ) async throws {
        try replacement.prepare(from: backup)
        defer { replacement.discard() }
        let store = try SQLiteStore(
            path: replacement.preparedPath, migrations: Schema.migrations, reserveBytes: 0, logger: logger
        ) { reason in
            Holdpointd.complain("holdpointd: the copy of the backup failed: \(reason)")
            _exit(DaemonExit.fault)
        }
        defer { store.close() }
        let problems = try await store.problems()
        guard problems.isEmpty else {
            throw StoreError.unusable("the backup is damaged: \(problems.joined(separator: "; "))")
        }
        let engine = try QEMUEngine(stateDirectory: directory.path, logger: logger)
        try await endServers(engine)
        let restore = MetadataRestore(store: store, engine: engine, clock: Daemon.now)
        let plan = try await restore.rebuild()
        let rows = try await store.survey { try $0.allRows() }
        store.close()
        let old = try replacement.finish(keepingOldAs: ".before-restore-\(Self.timeText)")
        try await restore.secure(plan)
        await engine.close()
        try tell(RestoreReport(plan: plan, rows: rows, backup: backup, old: old))
    }

    private func tell(_ report: RestoreReport) throws {
        do throws(DaemonExit) {
            try StandardStream.output(report.lines.map { $0 + "\n" }.joined())
        } catch {
            // What was done stays done; a script must not take a report that is lost for a clean end.
            throw DaemonExit(
                code: error.code, message: "the metadata are restored, but the report is lost: \(error.message)")
        }
    }

    /// Sees to it that nobody has a layer open.
    private func endServers(_ engine: QEMUEngine) async throws {
        let running = try await engine.inventory().processes.sorted { $0.rawValue < $1.rawValue }
        guard running.isEmpty || stopServers else {
            let names = running.map(\.rawValue).joined(separator: ", ")
            throw DaemonExit(
                code: DaemonExit.fault,
                message: "servers still run: \(names); end their clients' work, then add --stop-servers")
        }
        _ = try await engine.start()
        for server in running { try await engine.stopServer(server, force: false) }
        let open = try await engine.inventory().layers.filter { $0.value.isOpen != false }.keys.map(\.rawValue).sorted()
        guard open.isEmpty else {
            throw DaemonExit(
                code: DaemonExit.fault,
                message: "another process has layers open: \(open.joined(separator: ", ")); end it first")
        }
    }

    /// Sorts by time, and is a part of a file's name.
    private static var timeText: String {
        Date.now.formatted(
            .iso8601.year().month().day().dateSeparator(.omitted).time(includingFractionalSeconds: true)
                .timeSeparator(.omitted))
    }
}
