import Engine
import EngineTestSupport
import Foundation
import Glibc
import Model
import Testing

@testable import EngineQEMU

extension QEMUTests {
    /// Nothing is done to a layer while anybody has it open, or while that cannot be found out.
    @Suite struct LockTests {
        private static let locksByteCount = 4 << 20

        /// Opens a layer as another program would, with QEMU's locks, until the body is done.
        private func holding(_ path: String, for writing: Bool, _ body: (pid_t) async throws -> Void) async throws {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            let options = writing ? [] : ["-r"]
            process.arguments = ["qemu-io"] + options + ["-f", "qcow2", "-c", "sleep 600000", path]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            defer {
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
            // It waits in its command once the image is open.
            let status = try #require(try Files.status(of: path))
            let isHeld = try await eventually {
                // Foundation takes the first page of it for all.
                let locks = try Files.read("/proc/locks", upTo: Self.locksByteCount)
                return String(decoding: locks, as: UTF8.self).contains(":\(status.st_ino) ")
            }
            try #require(isHeld)
            try await body(process.processIdentifier)
        }

        @Test func nothingIsDoneToALayerThatAStrangerHolds() async throws {
            try await TestWorld.with { world in
                let volume = try await world.newVolume()
                let layer = volume.layers[0]
                let alias = "\(world.stateDirectory)/alias"
                // Another name for the same file: the lock is the file's.
                try #require(link(world.path(of: layer), alias) == 0)
                try await holding(alias, for: true) { processID in
                    let engine = world.engine
                    let attempts: [(String, () async throws -> Void)] = [
                        ("delete", { try await engine.deleteLayer(layer.id) }),
                        ("rest on", { _ = try await world.clone(volume.layers) }),
                        ("resize", { try await engine.resize(volume, to: .gibibyte, in: nil) }),
                        ("verify", { try await engine.verify([layer], .structure) }),
                        ("read tables", { _ = try await engine.proveTables(of: layer.id) }),
                        ("set aside", { try await engine.setAside([], [layer.id]) }),
                    ]
                    for (name, attempt) in attempts {
                        let error = await #expect(throws: EngineError.self, "\(name)") { try await attempt() }
                        #expect(error?.reason == .failed, "\(name)")
                    }
                    let facts = try #require(try await engine.inventory().layers[layer.id])
                    #expect(facts.isOpen == true && facts.holders.map(\.processID) == [processID])
                    #expect(facts.holders.allSatisfy { $0.isWriter && $0.server == nil && $0.command == "qemu-io" })
                    let error = await #expect(throws: EngineError.self) { try await engine.deleteLayer(layer.id) }
                    #expect(error?.message.contains("process \(processID) (qemu-io)") == true)
                }
                try await world.engine.deleteLayer(layer.id)
            }
        }

        @Test func readersAndServersAreToldApart() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.snapshot([try await world.newAttachedVolume(to: server)], of: server)[0]
                try await holding(world.path(of: volume.layers[0]), for: false) { processID in
                    let inventory = try await world.engine.inventory()
                    let holders = try #require(inventory.layers[volume.layers[0].id]?.holders)
                    #expect(Set(holders.map(\.processID)) == [processID, try await world.processID(of: server)])
                    #expect(Set(holders.map(\.server)) == [nil, server] && !holders.contains(where: \.isWriter))
                    let top = try #require(inventory.layers[volume.layers[1].id]?.holders)
                    #expect(top.map(\.server) == [server] && top.map(\.isWriter) == [true])
                }
            }
        }

        /// A link is no file of ours, and says nothing about who has what open.
        @Test func couldNotLookIsNoAnswer() async throws {
            try await TestWorld.with { world in
                let volume = try await world.newVolume()
                let layer = volume.layers[0]
                let away = "\(world.stateDirectory)/away"
                try #require(rename(world.path(of: layer), away) == 0)
                #expect(try !world.engine.layers.isOpen(layer.id), "what is not there nobody has open")
                try #require(symlink(away, world.path(of: layer)) == 0)
                for attempt in [
                    { try await world.engine.deleteLayer(layer.id) },
                    { try await world.engine.setAside([], [layer.id]) },
                ] {
                    let error = await #expect(throws: EngineError.self) { try await attempt() }
                    #expect(error?.reason == .unknown, "\(String(describing: error))")
                }
                #expect(access(away, F_OK) == 0)
            }
        }
    }
}
