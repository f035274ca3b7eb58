import Engine
import EngineTestSupport
import Foundation
import Glibc
import Logging
import Model
import Testing

@testable import EngineQEMU

/// An engine with a state directory of its own, and all that belongs to it.
final class TestWorld: Sendable {
    let stateDirectory: String
    let engine: QEMUEngine

    private init(stateDirectory: String, limits: QEMULimits) throws {
        self.stateDirectory = stateDirectory
        engine = try QEMUEngine(stateDirectory: stateDirectory, limits: limits, logger: Self.logger)
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs a test with a started engine; afterwards its processes are gone and its folder too, whatever happened.
    static func with(
        stateDirectory: String? = nil, limits: QEMULimits = QEMULimits(), _ body: (TestWorld) async throws -> Void
    ) async throws {
        let path = stateDirectory ?? "/tmp/hp-\(String(UInt32.random(in: .min ... .max), radix: 36))"
        let world = try TestWorld(stateDirectory: path, limits: limits)
        do {
            _ = try await world.engine.start()
            try await body(world)
        } catch {
            await world.cleanUp()
            throw error
        }
        await world.cleanUp()
    }

    private func cleanUp() async {
        await engine.close()
        for server in (try? ServerIdentity(directory: engine.servers.directory).all().keys) ?? [:].keys {
            try? await engine.servers.process(of: server).kill()
        }
        ChildReaper.shared.collect()
        try? FileManager.default.removeItem(atPath: stateDirectory)
    }

    /// A second owner of the same state directory.
    func successor(limits: QEMULimits = QEMULimits()) throws -> QEMUEngine {
        try QEMUEngine(stateDirectory: stateDirectory, limits: limits, logger: Self.logger)
    }

    // MARK: Making things

    func newServer() async throws -> ServerID {
        let server: ServerID = random()
        try await engine.startServer(server, as: .external)
        return server
    }

    func newLayer(size: ByteCount = .mebibyte) -> Layer { Layer(id: random(), size: size) }

    func newVolume(size: ByteCount = .mebibyte) async throws -> VolumeChain {
        let root = newLayer(size: size)
        try await engine.createLayer(root, over: [])
        return VolumeChain(volume: random(), layers: [root])
    }

    func newAttachedVolume(size: ByteCount = .mebibyte, to server: ServerID) async throws -> VolumeChain {
        let volume = try await newVolume(size: size)
        try await engine.attach(volume, to: server)
        return volume
    }

    func newServers(_ count: Int) async throws -> [ServerID] {
        var servers: [ServerID] = []
        for _ in 0..<count { servers.append(try await newServer()) }
        return servers
    }

    func newVolumes(_ count: Int) async throws -> [VolumeChain] {
        var volumes: [VolumeChain] = []
        for _ in 0..<count { volumes.append(try await newVolume()) }
        return volumes
    }

    func newAttachedVolumes(_ count: Int, to server: ServerID) async throws -> [VolumeChain] {
        var volumes: [VolumeChain] = []
        for _ in 0..<count { volumes.append(try await newAttachedVolume(to: server)) }
        return volumes
    }

    func newCut(of volume: VolumeChain) throws -> Cut {
        Cut(chain: volume, overlay: Layer(id: random(), size: try #require(volume.layers.last).size))
    }

    /// Cuts all volumes at one instant.
    ///
    /// - Returns: the volumes afterwards.
    func snapshot(_ volumes: [VolumeChain], of server: ServerID?) async throws -> [VolumeChain] {
        let cuts = try volumes.map(newCut)
        try await engine.prepareCut(cuts, of: server)
        try await engine.cut(cuts, of: server)
        return cuts.map(\.after)
    }

    /// A new volume that shows what these layers hold.
    func clone(_ frozen: [Layer]) async throws -> VolumeChain {
        let top = Layer(id: random(), size: try #require(frozen.last).size)
        try await engine.createLayer(top, over: frozen)
        return VolumeChain(volume: random(), layers: frozen + [top])
    }

    func connect(_ volume: VolumeChain, of server: ServerID) throws -> NBDClient {
        try NBDClient(socket: engine.servers.directory.exportSocket(of: server), export: volume.volume.rawValue)
    }

    func path(of layer: Layer) -> String { engine.layers.path(of: layer.id) }

    func processID(of server: ServerID) async throws -> pid_t {
        try #require(try await engine.servers.process(of: server).runningID())
    }

    /// Ends a server's process as a crash would, and waits for it.
    func crash(_ server: ServerID) async throws {
        try await engine.servers.process(of: server).kill()
    }

    private func random<Kind>() -> Identifier<Kind> {
        var generator = SystemRandomNumberGenerator()
        return Identifier(random: &generator)
    }
}

extension Cut {
    /// The volume once the cut was made.
    var after: VolumeChain { VolumeChain(volume: chain.volume, layers: chain.layers + [overlay]) }
}

/// Checks closed images with QEMU's own checker.
func expectClean(_ paths: [String]) throws {
    for path in paths {
        let report = try ChildProcess.run("qemu-img", ["check", "-f", "qcow2", path], deadline: .seconds(30))
        #expect(report.contains("No errors were found"), "\(path): \(report)")
    }
}

/// Checks images whose writer died: clusters that nothing refers to are waste, anything else is damage.
func expectUndamaged(_ paths: [String]) throws {
    for path in paths {
        // Ends with status 3 if there are leaks, with 2 if there is damage.
        _ = try ChildProcess.run(
            "sh", ["-c", "qemu-img check -f qcow2 '\(path)' || test $? = 3"], deadline: .seconds(30))
    }
}

/// Waits until something is so, at most ten seconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(10)
    while try await !condition() {
        guard ContinuousClock.now < end else { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}

/// Does work that blocks on a thread that no task waits for.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result(catching: work)) }.start()
    }
}
