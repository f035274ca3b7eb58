import Engine
import EngineTestSupport
import Foundation
import Glibc
import Model
import Testing

@testable import EngineQEMU

extension QEMUTests {
    /// A layer's tables against the length of its file, on images that QEMU wrote.
    @Suite struct TableTests {
        /// A layer with some data, half of it beyond the first GiB, and its file.
        private func with(_ body: (TestWorld, Layer, String) async throws -> Void) async throws {
            try await TestWorld.with { world in
                let layer = world.newLayer(size: ByteCount(bytes: 3 << 30))
                try await world.engine.createLayer(layer, over: [])
                let path = world.path(of: layer)
                for offset in ["0", "64k", "1m", "600m", "2g", "3071m"] {
                    _ = try ChildProcess.run(
                        "qemu-io", ["-f", "qcow2", "-c", "write -P 7 \(offset) 100k", path], deadline: .seconds(60))
                }
                try await body(world, layer, path)
            }
        }

        private func damage(_ world: TestWorld, _ layer: Layer) async -> EngineError? {
            do {
                _ = try await world.engine.proveTables(of: layer.id)
                return nil
            } catch {
                return error
            }
        }

        @Test func whatQEMUWroteIsSound() async throws {
            try await with { world, layer, path in
                let facts = try #require(try await world.engine.proveTables(of: layer.id))
                let status = try #require(try Files.status(of: path))
                #expect(facts.stamp?.byteCount == Int64(status.st_size) && facts.isWritable)
                #expect(try await world.engine.proveTables(of: world.newLayer().id) == nil)
                _ = try ChildProcess.run("qemu-img", ["resize", "-q", path, "40G"], deadline: .seconds(60))
                #expect(await damage(world, layer) == nil)
            }
        }

        /// Formats that are not ours, but QEMU's: other clusters, subclusters, compression.
        @Test(arguments: [
            "cluster_size=4k", "cluster_size=2M", "extended_l2=on,cluster_size=128k", "compression_type=zlib",
        ])
        func imagesOfOtherOptionsAreSound(_ options: String) async throws {
            try await TestWorld.with { world in
                let layer = world.newLayer()
                let (raw, path) = ("\(world.stateDirectory)/raw", world.path(of: layer))
                try Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 1000) }).write(
                    to: URL(fileURLWithPath: raw))
                let compression = options.contains("compression") ? ["-c"] : []
                _ = try ChildProcess.run(
                    "qemu-img", ["convert"] + compression + ["-O", "qcow2", "-o", options, raw, path],
                    deadline: .seconds(60))
                #expect(await damage(world, layer) == nil)
                let length = try #require(try Files.status(of: path)?.st_size)
                try #require(truncate(path, length / 2) == 0)
                #expect(await damage(world, layer)?.reason == .damaged)
            }
        }

        @Test(arguments: [65_536, 131_072, 200_000, 300_000, 400_000])
        func aFileThatWasCutOffIsDamaged(_ length: Int) async throws {
            try await with { world, layer, path in
                try #require(truncate(path, off_t(length)) == 0)
                #expect(await damage(world, layer)?.reason == .damaged)
            }
        }

        /// Wherever a table is overwritten, with ones or with a text.
        @Test(arguments: [65_536, 196_608], [[UInt8](repeating: 0xFF, count: 4096), Array("garbage!".utf8)])
        func anOverwrittenTableIsDamaged(_ offset: Int, _ bytes: [UInt8]) async throws {
            try await with { world, layer, path in
                let file = try #require(FileHandle(forWritingAtPath: path))
                try file.seek(toOffset: UInt64(offset))
                try file.write(contentsOf: bytes)
                try file.close()
                #expect(await damage(world, layer)?.reason == .damaged)
            }
        }

        /// Nothing in a file makes the reader trap, or read without end.
        @Test func noByteOfAHeaderTraps() async throws {
            try await with { world, layer, path in
                let header = try Files.read(path, upTo: QCOW2Header.byteCount)
                for index in 8..<header.count {
                    for value in [UInt8(0), 0x7F, 0xFF] {
                        var damaged = header
                        damaged[index] = value
                        try Files.withDescriptor(of: path, flags: O_WRONLY) { descriptor throws(EngineError) in
                            try Files.write(damaged, at: 0, to: descriptor, path: path)
                        }
                        _ = await self.damage(world, layer)
                        _ = try await world.engine.inventory()
                    }
                }
            }
        }

        /// The look of a frozen layer stays: whatever QEMU and we do with one that is not written.
        @Test func theStampOfAFrozenLayerStays() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                var volume = try await world.newAttachedVolume(size: ByteCount(bytes: 64 << 20), to: server)
                let client = try world.connect(volume, of: server)
                try await onThread { try client.write([UInt8](repeating: 7, count: 1 << 20), at: 1 << 20) }
                volume = try await world.snapshot([volume], of: server)[0]
                let frozen = volume.layers[0]
                let facts = try #require(try await world.engine.proveTables(of: frozen.id), "an open one is read, too")
                try #require(!facts.isWritable && facts.stamp != nil)

                func expectUnchanged(_ what: String) async throws {
                    #expect(try await world.engine.proveTables(of: frozen.id)?.stamp == facts.stamp, "\(what)")
                }
                try await onThread {
                    try client.write([UInt8](repeating: 8, count: 1 << 20), at: 0)
                    try client.flush()
                }
                try await expectUnchanged("the volume is written")
                let clone = try await world.clone([frozen])
                try await world.engine.attach(clone, to: server)
                try await expectUnchanged("a clone is opened")
                try await world.engine.stopServer(server)
                try await expectUnchanged("it is closed")
                try await world.engine.startServer(server, as: .external)
                try await world.engine.attach(volume, to: server)
                try await world.engine.freeze([frozen.id])
                try await world.engine.verify([frozen], .data)
                try await world.engine.stopServer(server)
                try await expectUnchanged("it is opened, verified and frozen again")

                let file = try #require(FileHandle(forWritingAtPath: world.path(of: frozen)))
                try file.seek(toOffset: UInt64(facts.stamp?.byteCount ?? 0) - 10)
                try file.write(contentsOf: [1])
                try file.close()
                #expect(try await world.engine.proveTables(of: frozen.id)?.stamp != facts.stamp)
            }
        }
    }
}
