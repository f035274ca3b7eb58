import Engine
import EngineTestSupport
import Foundation
import Glibc
import Model
import Testing

@testable import EngineQEMU

extension QEMUTests {
    @Suite struct ProofTests {
        @Test func inventoryReadsHeadersOnly() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let cut = try await world.snapshot([volume], of: server)[0]
                try Data("hello".utf8).write(to: URL(fileURLWithPath: "\(world.engine.layers.folder)/notes.txt"))
                let garbage = world.newLayer()
                try Data("hello".utf8).write(to: URL(fileURLWithPath: world.path(of: garbage)))

                let inventory = try await world.engine.inventory()
                #expect(Set(inventory.layers.keys) == Set(cut.layers.map(\.id)))
                let root = try #require(inventory.layers[cut.layers[0].id])
                #expect(root.parent == .none && !root.isWritable && root.isOpen == true && root.size == .mebibyte)
                let top = try #require(inventory.layers[cut.layers[1].id])
                #expect(top.parent == .layer(cut.layers[0].id) && top.isWritable && !top.isMarkedDamaged)
                #expect(Set(inventory.strays.map(\.layerID)) == [nil, garbage.id])
                #expect(inventory.processes == [server])
            }
        }

        @Test func verifiedDataIsReadThroughTheWholeChain() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                var volume = try await world.newAttachedVolume(size: ByteCount(bytes: 8 << 20), to: server)
                let client = try world.connect(volume, of: server)
                try await onThread { try client.write([UInt8](repeating: 7, count: 1 << 20), at: 0) }
                for _ in 1...30 { volume = try await world.snapshot([volume], of: server)[0] }
                let frozen = Array(volume.layers.dropLast())
                try await world.engine.verify(frozen, .data)
                let refused = await #expect(throws: EngineError.self) {
                    try await world.engine.verify(volume.layers, .structure)
                }
                #expect(refused?.reason == .failed)
                try await onThread { try client.flush() }
                try await world.engine.stopServer(server)
                try await world.engine.verify(volume.layers, .data)

                // The root's data is cut off: QEMU reads zeros there and says nothing, its tables tell.
                #expect(truncate(world.path(of: frozen[0]), 400_000) == 0)
                for extent in [Verification.data, .structure] {
                    let chain = extent == .data ? frozen : [frozen[0]]
                    let error = await #expect(throws: EngineError.self) {
                        try await world.engine.verify(chain, extent)
                    }
                    #expect(error?.reason == .damaged)
                }
            }
        }

        /// Whoever opens an image while it is verified is not refused, and its bytes stay.
        @Test func setAsideKeepsEveryByte() async throws {
            try await TestWorld.with { world in
                let path = "\(world.engine.layers.folder)/notes.txt"
                for text in ["one", "two"] {
                    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
                    for _ in 1...2 {
                        try await world.engine.setAside([Stray(StrayFile(name: "notes.txt", layerID: nil))], [])
                    }
                    #expect(!FileManager.default.fileExists(atPath: path))
                }
                let folder = world.engine.layers.directory.quarantine
                let kept = try FileManager.default.contentsOfDirectory(atPath: folder).map {
                    try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
                }
                #expect(Set(kept) == ["one", "two"])
            }
        }
    }
}
