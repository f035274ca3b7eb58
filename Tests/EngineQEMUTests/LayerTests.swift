import Engine
import EngineTestSupport
import Foundation
import Glibc
import Model
import Testing

@testable import EngineQEMU

extension QEMUTests {
    @Suite struct LayerTests {
        @Test func layersAreMadeOnceAndAreClean() async throws {
            try await TestWorld.with { world in
                let root = world.newLayer(size: .gibibyte)
                let top = world.newLayer(size: ByteCount(bytes: 2 << 30))
                for _ in 1...2 { try await world.engine.createLayer(root, over: []) }
                for _ in 1...2 { try await world.engine.createLayer(top, over: [root]) }
                #expect(try await world.engine.allLayers() == [root.id, top.id])
                let usage = try await world.engine.usage(of: [root.id, top.id, world.newLayer().id])
                #expect(Set(usage.keys) == [root.id, top.id])
                #expect(usage.values.allSatisfy { $0 < .mebibyte })
                try expectClean([world.path(of: root), world.path(of: top)])
            }
        }

        @Test func layerOfAnotherSizeIsNoEarlierWork() async throws {
            try await TestWorld.with { world in
                let root = world.newLayer()
                try await world.engine.createLayer(root, over: [])
                let error = await #expect(throws: EngineError.self) {
                    try await world.engine.createLayer(Layer(id: root.id, size: .gibibyte), over: [])
                }
                #expect(error?.reason == .damaged)
            }
        }

        /// A power cut between a name and its contents leaves a file like this.
        @Test(arguments: [0, 60, 4096]) func halfWrittenLayerIsMadeAgain(_ length: Int) async throws {
            try await TestWorld.with { world in
                let root = world.newLayer()
                try await world.engine.createLayer(root, over: [])
                #expect(truncate(world.path(of: root), off_t(length)) == 0)
                try await world.engine.createLayer(root, over: [])
                try expectClean([world.path(of: root)])
            }
        }

        @Test func layerIsDeletedOnceNothingNeedsIt() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newVolume()
                let clone = try await world.clone(volume.layers)
                await #expect(throws: EngineError.self) { try await world.engine.deleteLayer(volume.layers[0].id) }
                try await world.engine.attach(clone, to: server)
                await #expect(throws: EngineError.self) { try await world.engine.deleteLayer(clone.layers[1].id) }
                try await world.engine.detach(clone.volume, from: server, force: false)
                for _ in 1...2 { try await world.engine.deleteLayer(clone.layers[1].id) }
                for _ in 1...2 { try await world.engine.deleteLayer(volume.layers[0].id) }
                #expect(try await world.engine.allLayers().isEmpty)
            }
        }

        /// A deletion that failed behind the renaming is finished by the next try, so that what the layer rested on can
        /// go too.
        @Test func aDeletionIsFinishedWhereItFailed() async throws {
            try await TestWorld.with { world in
                let root = world.newLayer()
                let top = world.newLayer()
                try await world.engine.createLayer(root, over: [])
                try await world.engine.createLayer(top, over: [root])
                let moved = world.path(of: top) + ".deleted"
                try #require(rename(world.path(of: top), moved) == 0)
                try await world.engine.deleteLayer(top.id)
                #expect(access(moved, F_OK) != 0, "its bytes are free")
                try await world.engine.deleteLayer(root.id)
                #expect(try await world.engine.allLayers().isEmpty)
            }
        }

        @Test func startCleansUpAndLearnsTheGraph() async throws {
            try await TestWorld.with { world in
                let volume = try await world.newVolume()
                _ = try await world.clone(volume.layers)
                try FileManager.default.createDirectory(
                    atPath: "\(world.stateDirectory)/trash", withIntermediateDirectories: false)
                let leftovers = [
                    // Of a version before 0.2.
                    "\(world.stateDirectory)/trash/lay-a.qcow2",
                    world.path(of: world.newLayer()) + ".new", world.path(of: world.newLayer()) + ".deleted",
                ]
                for path in leftovers { try Data().write(to: URL(fileURLWithPath: path)) }

                let successor = try world.successor()
                _ = try await successor.start()
                for path in leftovers { #expect(!FileManager.default.fileExists(atPath: path)) }
                await #expect(throws: EngineError.self) { try await successor.deleteLayer(volume.layers[0].id) }
                #expect(successor.name.hasPrefix("QEMU "))
                #expect(try await successor.capacity().total > .mebibyte)
            }
        }

        @Test func tooLongOrRelativeStateDirectoryIsRefused() {
            #expect(throws: EngineError.self) {
                try QEMUEngine(stateDirectory: "/" + String(repeating: "x", count: 82), logger: TestWorld.logger)
            }
            #expect(throws: EngineError.self) { try QEMUEngine(stateDirectory: "state", logger: TestWorld.logger) }
            #expect(throws: Never.self) {
                try QEMUEngine(stateDirectory: "/" + String(repeating: "x", count: 81), logger: TestWorld.logger)
            }
        }
    }
}

/// Tests with real processes, one after the other.
@Suite(.serialized) enum QEMUTests {}
