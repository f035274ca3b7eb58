import Engine
import Foundation
import HoldpointClient
import HoldpointMessages
import Model
import Testing

/// Servers and volumes that cannot be served: named, tried again, and nobody else's trouble.
@Suite struct KeeperScenario {
    private func with(
        _ engine: SimulatedEngine, _ scenario: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in try await scenario(world) }
    }

    // MARK: One bad volume

    /// Three volumes, one bad, however the server came to be started again: the two are served, the bad one is ERROR.
    @Test(arguments: ["lost", "started", "restarted"]) func aBadVolumeKeepsNoOther(_ way: String) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        let (server, bad) = try await InProcessWorld.result(directory.path, engine: engine) { world in
            let server = ServerID(stored: try await world.makeServer("web-1").id)
            for name in ["data-1", "data-2", "data-3"] { _ = try await world.makeVolume(name, on: "web-1") }
            let bad = try await world.top(of: "data-2", in: engine, server)
            if way == "started" { _ = try await world.stop("web-1") }
            engine.damageLayer(bad)
            if way == "lost" {
                engine.killServer(server)
                try await world.expectOneBadVolume()
            }
            if way == "started" {
                let answer = try await world.client.servers.startServer(
                    .init(requestID: world.newID(), server: "web-1"))
                let ended = try await world.client.wait(for: try #require(answer.operation), timeout: .seconds(60))
                #expect(ended.state == .succeeded && ended.warnings.map(\.reason) == ["VOLUME_NOT_SERVED"])
                #expect(ended.warnings.first?.message.contains("data-2") == true)
                try await world.expectOneBadVolume()
            }
            return (server, bad)
        }
        if way == "restarted" { engine.killServer(server) }
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            try await world.expectOneBadVolume()
            let refused = try await refusal { try await world.takeSnapshot("bad", of: "data-2") }
            #expect(refused.reason == "STATE_FORBIDS" && refused.message.contains("DATA_DAMAGED"))
            #expect(
                try await refusal { try await world.takeServerSnapshot("all", of: "web-1") }.reason == "STATE_FORBIDS")
            // A check leaves out what changes meanwhile, as a volume does whose serving is just tried again.
            try await untilTrue {
                let unserved = try await world.check().findings.filter { $0.reason == "SERVER_NOT_SERVING" }
                return unserved.map(\.name) == ["data-2"]
            }
            // It works again: it is served again, by itself.
            engine.changeLayer(bad) { $0.size = ByteCount(bytes: 8 << 20) }
            try await untilTrue {
                try await world.client.volumes.getVolume(.init(volume: "data-2")).state == .inUse
            }
            #expect(try await world.client.volumes.getVolume(.init(volume: "data-2")).failure == nil)
        }
    }

    @Test func aBadVolumeIsDetachedAndDeleted() async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world in
            let server = ServerID(stored: try await world.makeServer("web-1").id)
            for name in ["data-1", "data-2", "data-3"] { _ = try await world.makeVolume(name, on: "web-1") }
            engine.damageLayer(try await world.top(of: "data-2", in: engine, server))
            engine.killServer(server)
            try await world.expectOneBadVolume()
            try await world.detach("data-2")
            #expect(try await world.client.volumes.getVolume(.init(volume: "data-2")).state == .available)
            try await world.deleteVolume("data-2")
            _ = try await world.takeServerSnapshot("rest", of: "web-1")
        }
    }

    // MARK: A server that does not serve

    @Test func aServerThatDoesNotAnswerIsAnErrorUntilItDoes() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        let server = try await InProcessWorld.result(directory.path, engine: engine) { world in
            let server = ServerID(stored: try await world.makeServer("web-1").id)
            for name in ["data-1", "data-2"] { _ = try await world.makeVolume(name, on: "web-1") }
            return server
        }
        engine.setAnswers(false, of: server)
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            try await untilTrue { try await world.server("web-1").state == .error }
            let failure = try #require(try await world.server("web-1").failure)
            #expect(failure.reason == "ENGINE_TIMEOUT" && failure.step == "serve")
            #expect(failure.message.contains("holdpoint server stop \(server) --force"))
            #expect(engine.callCount(of: .stopServer) == 0)
            // Changes say so, and leave it as it is.
            let answer = try await world.client.volumes.detachVolume(
                .init(requestID: world.newID(), volume: "data-1"))
            let ended = try await world.client.wait(for: try #require(answer.operation), timeout: .seconds(60))
            #expect(ended.state == .failed && ended.error?.reason == "ENGINE_TIMEOUT")
            let start = try await world.client.servers.startServer(.init(requestID: world.newID(), server: "web-1"))
            let notStarted = try await world.client.wait(for: try #require(start.operation), timeout: .seconds(60))
            #expect(notStarted.state == .failed && notStarted.error?.reason == "ENGINE_TIMEOUT")
            #expect(try await world.server("web-1").state == .error)
            let attach = try await world.client.volumes.createVolume(
                .init(
                    requestID: world.newID(), volume: .init(name: "data-9", sizeBytes: 8 << 20), attachServer: "web-1"))
            let refused = try await world.client.wait(for: try #require(attach.operation), timeout: .seconds(60))
            #expect(refused.state == .failed && refused.error?.reason == "ENGINE_TIMEOUT")
            engine.setAnswers(true, of: server)
            try await untilTrue { try await world.server("web-1").state == .running }
            #expect(try await world.server("web-1").failure == nil)
            _ = try await world.takeServerSnapshot("after", of: "web-1")
        }
    }

    @Test func aForcedStopEndsAServerThatDoesNotAnswer() async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world in
            let server = ServerID(stored: try await world.makeServer("web-1").id)
            _ = try await world.makeVolume("data-1", on: "web-1")
            engine.setAnswers(false, of: server)
            let answer = try await world.client.servers.stopServer(
                .init(requestID: world.newID(), server: "web-1", force: true, consent: world.consent))
            try await world.settled(answer.operation)
            #expect(try await world.server("web-1").state == .stopped)
            #expect(try await world.takeServerSnapshot("cold", of: "web-1").consistency == .crash)
        }
    }

    @Test func aServerThatCannotBeStartedIsAnErrorUntilItCan() async throws {
        let engine = SimulatedEngine()
        try await with(engine) { world in
            let server = ServerID(stored: try await world.makeServer("web-1").id)
            for call in 1...2 {
                engine.inject(.fails(EngineError(.failed, "no program")), into: .startServer, call: call)
            }
            engine.killServer(server)
            try await untilTrue { try await world.server("web-1").state == .error }
            let failure = try #require(try await world.server("web-1").failure)
            #expect(failure.reason == "ENGINE_FAILED" && failure.message.contains("no program"))
            try await untilTrue { try await world.server("web-1").state == .running }
            #expect(try await engine.observe(server) != nil)
        }
    }

    /// A start does not wait for those that do not answer, and they take nobody's place.
    @Test func silentServersKeepNobodyFromBeingServed() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        let servers = try await InProcessWorld.result(directory.path, engine: engine) { world in
            var servers: [ServerID] = []
            for number in 1...11 { servers.append(ServerID(stored: try await world.makeServer("web-\(number)").id)) }
            return servers
        }
        for call in 1...10 { engine.inject(.hangs, into: .observe, call: call) }
        for server in servers.dropLast() { engine.setAnswers(false, of: server) }
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            // It is open although ten looks hang.
            #expect(try await world.client.servers.listServers(.init()).servers.count == 11)
            _ = try await world.takeServerSnapshot("eleven", of: "web-11")
            engine.release(.observe)
            try await untilTrue { try await world.server("web-1").state == .error }
            #expect(try await world.server("web-11").state == .running)
        }
    }

    // MARK: With real parts

    /// Ten stopped storage daemons: holdpointd listens and serves the eleventh, and takes the ten back when they go on.
    @Test func stoppedStorageDaemonsHoldNobodyUp() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let first = try DaemonProcess(directory.path)
        let processes = try await first.world(directory.path) { world in
            for number in 1...11 {
                _ = try await world.makeServer("web-\(number)")
                _ = try await world.makeVolume("data-\(number)", on: "web-\(number)")
            }
            return try await world.storageDaemons((1...10).map { "web-\($0)" })
        }
        first.end()
        for process in processes { kill(process, SIGSTOP) }
        defer { for process in processes { kill(process, SIGCONT) } }
        let begin = ContinuousClock.now
        let second = try DaemonProcess(directory.path)
        defer { second.end() }
        try await second.untilListening()
        let listening = begin.duration(to: .now)
        #expect(listening < .seconds(20), "ten that do not answer for 10 s each were waited for")
        _ = try await second.world(directory.path) { world in
            _ = try await world.takeServerSnapshot("eleven", of: "web-11")
            try await untilTrue { try await world.server("web-1").state == .error }
            #expect(try await world.server("web-1").failure?.reason == "ENGINE_TIMEOUT")
            for process in processes { kill(process, SIGCONT) }
            for number in 1...10 {
                try await untilTrue { try await world.server("web-\(number)").state == .running }
            }
            #expect(try await world.storageDaemons((1...10).map { "web-\($0)" }) == processes)
            for number in 1...11 { _ = try await world.stop("web-\(number)") }
        }
    }

    /// A layer's file that is not there when the server starts, and comes back.
    @Test func aMissingFileIsOneVolumesTrouble() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let daemon = try DaemonProcess(directory.path)
        defer { daemon.end() }
        _ = try await daemon.world(directory.path) { world in
            _ = try await world.makeServer("web-1")
            for name in ["data-1", "data-2", "data-3"] { _ = try await world.makeVolume(name, on: "web-1") }
            let layers = directory.path + "/state/layers"
            _ = try await world.stop("web-1")
            let file = try #require(
                try FileManager.default.contentsOfDirectory(atPath: layers).filter { $0.hasSuffix(".qcow2") }.min())
            try FileManager.default.moveItem(atPath: "\(layers)/\(file)", toPath: "\(directory.path)/\(file)")
            let answer = try await world.client.servers.startServer(.init(requestID: world.newID(), server: "web-1"))
            let ended = try await world.client.wait(for: try #require(answer.operation), timeout: .seconds(60))
            #expect(ended.state == .succeeded && ended.warnings.map(\.reason) == ["VOLUME_NOT_SERVED"])
            let volumes = try await world.client.volumes.listVolumes(.init()).volumes
            #expect(volumes.filter { $0.state == .error }.map { $0.failure?.reason } == ["DATA_DAMAGED"])
            #expect(volumes.filter { $0.state == .inUse }.count == 2)
            try FileManager.default.moveItem(atPath: "\(directory.path)/\(file)", toPath: "\(layers)/\(file)")
            try await untilTrue {
                try await world.client.volumes.listVolumes(.init()).volumes.allSatisfy { $0.state == .inUse }
            }
            _ = try await world.takeServerSnapshot("whole", of: "web-1")
            _ = try await world.stop("web-1")
        }
    }
}

extension World {
    func server(_ name: String) async throws -> HoldpointMessages.Server {
        try await client.servers.getServer(GetServerRequest(server: name))
    }

    func top(
        of volume: String, in engine: SimulatedEngine, _ server: ServerID
    ) async throws -> LayerID {
        let id = VolumeID(stored: try await client.volumes.getVolume(GetVolumeRequest(volume: volume)).id)
        return try #require(try await engine.observe(server)?.activeLayers[id])
    }

    fileprivate func expectOneBadVolume() async throws {
        try await untilTrue {
            try await client.volumes.getVolume(GetVolumeRequest(volume: "data-2")).state == .error
        }
        let bad = try await client.volumes.getVolume(GetVolumeRequest(volume: "data-2"))
        #expect(bad.failure?.reason == "DATA_DAMAGED" && bad.failure?.step == "serve")
        #expect(bad.failure?.message.contains("holdpoint volume detach \(bad.id)") == true)
        for name in ["data-1", "data-3"] {
            #expect(try await client.volumes.getVolume(GetVolumeRequest(volume: name)).state == .inUse)
            _ = try await takeSnapshot("of-\(name)-\(Int.random(in: 100...999))", of: name)
        }
        #expect(try await server("web-1").state == .running)
    }

    /// Ids of the processes of servers, by their pid files.
    fileprivate func storageDaemons(_ servers: [String]) async throws -> [pid_t] {
        var processes: [pid_t] = []
        for server in servers {
            let id = try await self.server(server).id
            let text = try String(contentsOfFile: "\(directory)/state/run/\(id).pid", encoding: .utf8)
            processes.append(try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))))
        }
        return processes
    }
}

extension DaemonProcess {
    /// Runs a part of a scenario against it.
    fileprivate func world<Result>(
        _ directory: String, _ scenario: (World) async throws -> Result
    ) async throws -> Result {
        try await untilListening()
        let client = HoldpointClient(endpoint: .unix(path: socket))
        do {
            let result = try await scenario(
                World(client: client, password: try password(), directory: directory, kind: .binaries))
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }
}
