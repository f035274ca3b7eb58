import Engine
import EngineTestSupport
import Foundation
import Glibc
import Model
import Testing

@testable import EngineQEMU

extension QEMUTests {
    /// A server's process is known by what it is, not by how a path is spelled or by what a file says of it.
    @Suite struct IdentityTests {
        private static let limits: QEMULimits = {
            var limits = QEMULimits()
            limits.clientGrace = .milliseconds(100)
            return limits
        }()

        enum Spelling: CaseIterable {
            case symbolicLink, renamedParent
        }

        @Test(arguments: Spelling.allCases) func serversAreKnownByAnotherPath(_ spelling: Spelling) async throws {
            let parent = "/tmp/hp-\(UInt32.random(in: .min ... .max))"
            let other = parent + "-other"
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            defer {
                unlink(other)
                try? FileManager.default.removeItem(atPath: other)
                try? FileManager.default.removeItem(atPath: parent)
            }
            try await TestWorld.with(stateDirectory: parent + "/state", limits: Self.limits) { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                try client.write(block(1), at: 0)
                let processID = try await world.processID(of: server)
                await world.engine.close()
                switch spelling {
                case .symbolicLink:
                    try FileManager.default.createSymbolicLink(atPath: other, withDestinationPath: parent)
                case .renamedParent: try FileManager.default.moveItem(atPath: parent, toPath: other)
                }

                let successor = try QEMUEngine(
                    stateDirectory: other + "/state", limits: Self.limits, logger: TestWorld.logger)
                #expect(try await successor.start() == [server])
                #expect(try await successor.servers.process(of: server).runningID() == processID)
                #expect(try await successor.clients(of: server).count == 1)
                let error = await #expect(throws: EngineError.self) {
                    try await successor.detach(volume.volume, from: server, force: false)
                }
                #expect(error?.reason == .volumeHasClients)
                try await successor.startServer(server, as: .external)
                #expect(try await successor.servers.process(of: server).runningID() == processID, "no second one")
                try client.write(block(2), at: 0)
                let cut = try world.newCut(of: volume)
                try await successor.prepareCut([cut], of: server)
                #expect(try await successor.cut([cut], of: server) > .zero)
                #expect(try client.read(4096, at: 0) == block(2))
                client.disconnect()
                try await successor.stopServer(server)
                #expect(try await successor.servers.process(of: server).presence() == .absent)
                await successor.close()
            }
        }

        @Test func aLostPIDFileLosesNobody() async throws {
            try await TestWorld.with(limits: Self.limits) { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                let processID = try await world.processID(of: server)
                await world.engine.close()
                #expect(unlink(world.engine.servers.directory.pidFile(of: server)) == 0)

                let successor = try world.successor(limits: Self.limits)
                #expect(try await successor.start() == [server])
                #expect(try await successor.inventory().processes == [server])
                #expect(try await successor.clients(of: server).count == 1)
                try await successor.startServer(server, as: .external)
                #expect(try await successor.servers.process(of: server).runningID() == processID, "no second one")
                try client.write(block(1), at: 0)
                client.disconnect()
                try await successor.stopServer(server)
                #expect(try await successor.observe(server) == nil)
                await successor.close()
            }
        }

        /// A process that nobody knows may hold a layer; QEMU's lock tells, whoever it is.
        @Test func whatSomebodyHoldsIsNotCutAsDetached() async throws {
            try await TestWorld.with { world in
                let volume = try await world.newVolume()
                let cut = try world.newCut(of: volume)
                try await world.engine.prepareCut([cut], of: nil)
                let holder = try LayerHolder(world.path(of: volume.layers[0]))
                let failure = await #expect(throws: CutFailure.self) {
                    try await world.engine.cut([cut], of: nil, within: .seconds(1))
                }
                #expect(failure?.outcome == .nothingCut)
                #expect(try !world.engine.layers.isFrozen(volume.layers[0].id))
                await #expect(throws: EngineError.self) {
                    try await world.engine.resize(volume, to: .gibibyte, in: nil)
                }
                holder.letGo()
                _ = try await world.engine.cut([cut], of: nil)
            }
        }
    }
}

/// Locks a layer's file as a process of QEMU's does that has it open.
private struct LayerHolder {
    /// F_OFD_SETLK, which Swift's Glibc module does not show.
    private static let setLock: Int32 = 37
    /// QEMU's first byte of shared permissions.
    private static let lockedByte = 100

    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        var lock = flock(
            l_type: Int16(F_RDLCK), l_whence: Int16(SEEK_SET), l_start: off_t(Self.lockedByte), l_len: 1, l_pid: 0)
        try #require(fcntl(descriptor, Self.setLock, &lock) == 0)
    }

    func letGo() {
        close(descriptor)
    }
}
