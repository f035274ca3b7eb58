import Access
import Engine
import EngineQEMU
import Foundation
import HoldpointClient
import HoldpointRPC
import HoldpointRPCTransport
import Logging
import Model
import Services
import Store
import StoreSQLite
import Synchronization
import Testing

@testable import Manager

/// One password for all, without the cost of a hash.
final class FixedPassword: PasswordCheck {
    static let text = "open-sesame"

    private let password = Mutex(Password(text))

    func isPassword(_ password: Password, of principal: String) async -> Bool {
        self.password.withLock { $0 } == password
    }

    func setPassword(_ password: Password, of principal: String, by author: ChangeAuthor) async {
        self.password.withLock { $0 = password }
    }
}

/// Everyone on the socket is trusted.
private struct TrustEveryone: CredentialCheck {
    func principal(token: String, source: PeerSource) async -> String? { "admin" }
}

/// A manager over some engine, its upkeep running.
struct ManagedHouse {
    let store: SQLiteStore
    let manager: ResourceManager
    let router: Router
    private let engine: any StorageEngine
    private let upkeep: Task<Void, Never>

    /// - Parameters:
    ///   - clock: the wall clock.
    ///   - turnResourceCount: what a transaction of a long plan makes busy.
    ///   - hasUpkeep: false: the scenario does what upkeep does, and is not disturbed by it.
    ///   - kinds: of resources.
    ///   - pace: of upkeep.
    ///   - wrap: what the manager sees of the store.
    init(
        _ state: String, engine: any StorageEngine,
        clock: @escaping @Sendable () -> Model.Timestamp = Self.now,
        turnResourceCount: Int = ResourceManager.turnResourceCount, hasUpkeep: Bool = true,
        kinds: ManagedKinds = .all, pace: Pace = Pace(), migrations: [Migration] = Schema.migrations,
        wrap: (SQLiteStore) -> any MetadataStore = { $0 }
    ) async throws {
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        store = try SQLiteStore(path: state + "/metadata.sqlite", migrations: migrations, reserveBytes: 0) {
            fatalError("the store failed: \($0)")
        }
        self.engine = engine
        let manager = ResourceManager(
            store: try RecordedStore.around(wrap(store)), engine: engine, passwords: FixedPassword(),
            logger: Self.logger, clock: clock,
            // Tries follow each other in the right order, a thousand times as fast.
            sleep: { try await Task.sleep(for: $0 / 1_000) }, turnResourceCount: turnResourceCount,
            kinds: kinds, pace: pace)
        self.manager = manager
        try await manager.open()
        upkeep = Task { if hasUpkeep { await manager.run() } }
        router = HoldpointServices.router(manager: manager, version: "test", stateDirectory: state)
    }

    static let now: @Sendable () -> Model.Timestamp = {
        Model.Timestamp(millisecondsSinceEpoch: Int64(Date.now.timeIntervalSince1970 * 1_000))
    }

    static var logger: Logger {
        var logger = Logger(label: "scenario")
        logger.logLevel = .critical
        return logger
    }

    var channel: InProcessChannel {
        InProcessChannel(
            handler: router, caller: Caller(principal: "admin", source: "in-process"),
            errorMapping: HoldpointErrorMapping(logger: Self.logger))
    }

    /// A client of it, over a simulated engine.
    func world(_ directory: String) -> World {
        World(
            client: HoldpointClient(channel: channel), password: FixedPassword.text, directory: directory,
            kind: .inProcess, simulated: engine as? SimulatedEngine)
    }

    /// Lets go of it as a killed process would.
    func abandon() async {
        upkeep.cancel()
        await manager.drain()
        store.close()
    }

    func close() async {
        await manager.drain()
        upkeep.cancel()
        await upkeep.value
        store.close()
    }
}

enum InProcessWorld {
    static func with(_ directory: String, _ scenario: @Sendable (World) async throws -> Void) async throws {
        try await with(directory, engine: SimulatedEngine()) { world, _ in try await scenario(world) }
    }

    static func with(
        _ directory: String, engine: SimulatedEngine,
        _ scenario: @Sendable (World, ManagedHouse) async throws -> Void
    ) async throws {
        let house = try await ManagedHouse(directory + "/state", engine: engine)
        do {
            try await scenario(house.world(directory), house)
        } catch {
            await house.close()
            throw error
        }
        await house.close()
    }
}

extension InProcessWorld {
    /// Runs one life of a house; another may follow over the same engine and folder.
    static func result<Result: Sendable>(
        _ directory: String, engine: SimulatedEngine, _ scenario: @Sendable (World) async throws -> Result
    ) async throws -> Result {
        let result = Mutex<Result?>(nil)
        try await with(directory, engine: engine) { world, _ in
            let value = try await scenario(world)
            result.withLock { $0 = value }
        }
        return try #require(result.withLock { $0 })
    }
}

enum SocketWorld {
    static func with(_ directory: String, _ scenario: @Sendable (World) async throws -> Void) async throws {
        let engine = try QEMUEngine(stateDirectory: directory + "/state", logger: ManagedHouse.logger)
        let house = try await ManagedHouse(directory + "/state", engine: engine)
        var configuration = RPCServerConfiguration(credentials: TrustEveryone())
        configuration.errorMapping = HoldpointErrorMapping(logger: ManagedHouse.logger)
        let server = RPCServer(handler: house.router, configuration: configuration)
        let endpoint = try await server.listen(on: .unix(path: directory + "/socket"))
        let client = HoldpointClient(endpoint: endpoint)
        let world = World(client: client, password: FixedPassword.text, directory: directory, kind: .socket)
        func takeApart() async {
            await client.close()
            await server.drain(within: .seconds(5))
            await house.close()
            await engine.close()
        }
        do {
            try await scenario(world)
        } catch {
            await takeApart()
            throw error
        }
        await takeApart()
    }
}
