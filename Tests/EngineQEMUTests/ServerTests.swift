import Engine
import EngineTestSupport
import Glibc
import Model
import Testing

@testable import EngineQEMU

extension QEMUTests {
    @Suite struct ServerTests {
        @Test func writtenBytesAreReadBackByEveryReader() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                #expect(client.size == UInt64(ByteCount.mebibyte.bytes))
                try client.write(block(7), at: 8192)
                try client.flush()
                client.disconnect()
                let uri = world.engine.exportURI(of: volume.volume, on: server)
                let dump = try ChildProcess.run(
                    "qemu-io", ["-r", "-f", "raw", "-c", "read -P 7 8192 4096", "-c", "read -P 0 0 8192", uri],
                    deadline: .seconds(10))
                #expect(!dump.contains("verification failed"))
                #expect(dump.contains("read 4096/4096 bytes at offset 8192"))
            }
        }

        @Test func serverCallsMayBeRepeated() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let processID = try await world.processID(of: server)
                try await world.engine.startServer(server, as: .external)
                #expect(try await world.processID(of: server) == processID)
                let volume = try await world.newVolume()
                for _ in 1...2 { try await world.engine.attach(volume, to: server) }
                #expect(try await world.engine.observe(server)?.activeLayers == [volume.volume: volume.layers[0].id])
                for _ in 1...2 { try await world.engine.detach(volume.volume, from: server, force: false) }
                #expect(try await world.engine.observe(server)?.activeLayers == [:])
                for _ in 1...2 { try await world.engine.stopServer(server) }
                #expect(try await world.engine.observe(server) == nil)
                try await world.engine.detach(volume.volume, from: server, force: false)
                try expectClean(volume.layers.map(world.path))
            }
        }

        @Test func connectedClientKeepsAVolumeAttachedUnlessForced() async throws {
            var limits = QEMULimits()
            limits.clientGrace = .milliseconds(100)
            try await TestWorld.with(limits: limits) { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                let error = await #expect(throws: EngineError.self) {
                    try await world.engine.detach(volume.volume, from: server, force: false)
                }
                #expect(error?.reason == .volumeHasClients)
                #expect(error?.message.contains("unix:pid=\(getpid()) (") == true, "\(error?.message ?? "")")
                #expect(try await world.engine.clients(of: server).count == 1)
                try client.write(block(1), at: 0)

                try await world.engine.detach(volume.volume, from: server, force: true)
                #expect(throws: NBDClient.Failure.self) { try client.read(4096, at: 0) }
                try expectClean(volume.layers.map(world.path))
            }
        }

        /// Seen from outside: also while the process is stopped, and without any command to it.
        @Test func clientsAreCountedWithoutAskingTheProcess() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volumes = try await world.newAttachedVolumes(2, to: server)
                #expect(try await world.engine.clients(of: server) == [])
                let clients = try volumes.map { try world.connect($0, of: server) }
                kill(try await world.processID(of: server), SIGSTOP)
                let found = try await world.engine.clients(of: server)
                kill(try await world.processID(of: server), SIGCONT)
                #expect(found.count == 2 && found.allSatisfy { $0.hasPrefix("unix:pid=\(getpid()) (") }, "\(found)")
                for client in clients { client.disconnect() }
                #expect(try await eventually { try await world.engine.clients(of: server).isEmpty })
            }
        }

        @Test func growingCutsNobodyOffUnlessForced() async throws {
            var limits = QEMULimits()
            limits.clientGrace = .milliseconds(100)
            try await TestWorld.with(limits: limits) { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                let error = await #expect(throws: EngineError.self) {
                    try await world.engine.resize(volume, to: .gibibyte, in: server, force: false)
                }
                #expect(error?.reason == .volumeHasClients)
                try client.write(block(1), at: 0)
                try await world.engine.resize(volume, to: .gibibyte, in: server, force: true)
                #expect(throws: NBDClient.Failure.self) { try client.read(4096, at: 0) }
                #expect(try world.connect(volume, of: server).read(4096, at: 0) == block(1))
            }
        }

        @Test func volumesShareTheLayersThatTheyHaveInCommon() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let source = try await world.newAttachedVolume(to: server)
                let client = try world.connect(source, of: server)
                try client.write(block(5), at: 0)
                let cut = try await world.snapshot([source], of: server)[0]
                var clones: [VolumeChain] = []
                for _ in 1...2 {
                    clones.append(try await world.clone(source.layers))
                    try await world.engine.attach(clones[clones.count - 1], to: server)
                }
                try client.write(block(6), at: 0)
                for clone in clones { #expect(try world.connect(clone, of: server).read(4096, at: 0) == block(5)) }

                client.disconnect()
                try await world.engine.detach(cut.volume, from: server, force: true)
                try await world.engine.detach(clones[0].volume, from: server, force: true)
                #expect(try world.connect(clones[1], of: server).read(4096, at: 0) == block(5))
                try await world.engine.detach(clones[1].volume, from: server, force: true)
                #expect(try !world.engine.layers.isOpen(source.layers[0].id))
            }
        }

        @Test func layerIsWrittenByOneServerOnly() async throws {
            try await TestWorld.with { world in
                let servers = try await world.newServers(2)
                let volume = try await world.newAttachedVolume(to: servers[0])
                await #expect(throws: EngineError.self) { try await world.engine.attach(volume, to: servers[1]) }
                #expect(try await world.engine.observe(servers[1])?.activeLayers == [:])
                try await world.engine.detach(volume.volume, from: servers[0], force: false)
                try await world.engine.attach(volume, to: servers[1])
            }
        }

        @Test func chainThatIsNotAsRecordedIsRefused() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newVolume()
                let root = volume.layers[0]
                let stranger = try await world.newVolume().layers[0]
                for layers in [[Layer(id: root.id, size: .gibibyte)], [root, stranger], [world.newLayer()]] {
                    let error = await #expect(throws: EngineError.self) {
                        try await world.engine.attach(VolumeChain(volume: volume.volume, layers: layers), to: server)
                    }
                    #expect(error?.reason == .damaged)
                }
                let frozen = try await world.snapshot([volume], of: nil)[0]
                await #expect(throws: EngineError.self) { try await world.engine.attach(volume, to: server) }
                try await world.engine.attach(frozen, to: server)
            }
        }

        @Test func volumesGrowAttachedAndDetached() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newVolume()
                for _ in 1...2 { try await world.engine.resize(volume, to: ByteCount(bytes: 2 << 20), in: nil) }
                let larger = volume.resized(to: ByteCount(bytes: 2 << 20))
                try await world.engine.attach(larger, to: server)
                let client = try world.connect(larger, of: server)
                try client.write(block(3), at: 2 << 20 - 4096)
                try client.flush()
                client.disconnect()
                for _ in 1...2 { try await world.engine.resize(larger, to: .gibibyte, in: server) }
                let again = try world.connect(larger, of: server)
                #expect(again.size == UInt64(ByteCount.gibibyte.bytes))
                #expect(try again.read(4096, at: 2 << 20 - 4096) == block(3))
                #expect(try again.read(4096, at: 1 << 29) == block(0))
                await #expect(throws: EngineError.self) {
                    try await world.engine.resize(larger, to: .mebibyte, in: server)
                }
                let cut = try await world.snapshot([larger.resized(to: .gibibyte)], of: server)[0]
                try await world.engine.detach(cut.volume, from: server, force: true)
                await #expect(throws: EngineError.self) { try await world.engine.resize(cut, to: .mebibyte, in: nil) }
                try expectClean(cut.layers.map(world.path))
            }
        }
    }
}

extension VolumeChain {
    func resized(to size: ByteCount) -> VolumeChain {
        VolumeChain(volume: volume, layers: layers.dropLast() + layers.suffix(1).map { Layer(id: $0.id, size: size) })
    }
}
