import Access
import CLinux
import EngineQEMU
import Foundation
import HoldpointRPC
import HoldpointRPCTransport
import Logging
import Manager
import Model
import Services
import Store
import StoreSQLite

/// Puts the parts together, serves until it is asked to end, and takes them apart again.
struct Daemon {
    /// What calls have left when the server is asked to end.
    private static let drainTime = Duration.seconds(30)

    let directory: StateDirectory
    let endpoints: [Endpoint]
    let logger: Logger

    func run() async throws {
        let ending = EndSignals(logger: logger)
        // First of all: whatever else the first start makes says from then on that there was a database.
        let store = try openStore()
        try await tellStart(store)
        let secrets = try Secrets(in: directory, logger: logger)
        let engine = try QEMUEngine(stateDirectory: directory.path, logger: logger)
        let passwords = try await passwords(store, secrets)
        let manager = ResourceManager(
            store: store, engine: engine, passwords: passwords, logger: logger, clock: Self.now)
        try await manager.open()
        let upkeep = Task { await manager.run() }
        let server = RPCServer(
            handler: router(manager), configuration: configuration(ToldCredentials(secrets: secrets, manager: manager)))
        try await listen(server)
        let revoking = Task { await secrets.token.watch { server.disconnect(where: \.hasToken) } }
        await ending.wait()
        revoking.cancel()
        logger.notice("ending: calls have \(Self.drainTime) left")
        SystemdNotification.send("STOPPING=1")
        await server.drain(within: Self.drainTime)
        await manager.drain()
        upkeep.cancel()
        engine.endProofs()
        await upkeep.value
        await engine.close()
        await passwords.adopted()
        store.close()
    }

    static let now: @Sendable () -> Model.Timestamp = {
        let milliseconds = (Date.now.timeIntervalSince1970 * 1_000).rounded(.down)
        return Model.Timestamp(millisecondsSinceEpoch: Int64(exactly: milliseconds) ?? .max)
    }

    /// The first line: what starts, and what it goes on with.
    private func tellStart(_ store: SQLiteStore) async throws {
        let found = try await store.read {
            (revision: try $0.lastSequence(), counts: try $0.counts(), open: try $0.openOperationCounts())
        }
        logger.notice(
            "holdpointd starts",
            metadata: [
                "version": "\(Version.text)", "state": "\(directory.path)", "revision": "\(found.revision)",
                "servers": "\(found.counts.servers)", "volumes": "\(found.counts.volumes)",
                "snapshots": "\(found.counts.snapshots)",
                "operations_to_finish": "\(found.open.values.reduce(0, +))",
            ])
    }

    private func openStore() throws -> SQLiteStore {
        let (logger, remains) = (logger, try StateRemains.names(in: directory))
        do {
            return try SQLiteStore(
                path: directory.file("metadata.sqlite"), remains: remains, logger: logger,
                onUnusable: { reason in
                    // A commit that failed may have happened: recovery reads the disk.
                    Holdpointd.complain("holdpointd: the metadata store failed: \(reason)")
                    _exit(DaemonExit.fault)
                })
        } catch StoreError.unusable(let reason) {
            throw DaemonExit(
                code: DaemonExit.fault, message: StateRemains.refusal(reason: reason, stateDirectory: directory.path))
        } catch {
            throw DaemonExit(code: DaemonExit.fault, message: "the metadata store cannot be opened: \(error)")
        }
    }

    /// The hash is made while everything else starts; only consents wait for it.
    private func passwords(_ store: SQLiteStore, _ secrets: Secrets) async throws -> StoredPasswords {
        let passwords = StoredPasswords(
            store: store, threads: HashThreads(), clock: Self.now, logger: logger,
            removeClearText: { _ in try secrets.removePasswordFile() })
        let isFirst = try await !passwords.hasPassword(Secrets.principal)
        if let password = try secrets.password(isFirst: isFirst) {
            passwords.adopt(password, of: Secrets.principal)
        }
        return passwords
    }

    private func router(_ manager: ResourceManager) -> Router {
        HoldpointServices.router(manager: manager, version: Version.text, stateDirectory: directory.path)
    }

    private func configuration(_ credentials: ToldCredentials) -> RPCServerConfiguration {
        var configuration = RPCServerConfiguration(credentials: credentials)
        configuration.software = "holdpointd/\(Version.text)"
        configuration.errorMapping = HoldpointErrorMapping(logger: logger)
        configuration.logger = logger
        configuration.prepareLoop = { linux_mark_event_loop() }
        return configuration
    }

    private func listen(_ server: RPCServer) async throws {
        for endpoint in endpoints {
            do {
                let bound = try await server.listen(on: endpoint)
                LogWriter.standardError.say("listening on \(bound)")
            } catch {
                throw DaemonExit(code: DaemonExit.fault, message: "cannot listen on \(endpoint): \(error)")
            }
        }
        SystemdNotification.send("READY=1")
    }
}
