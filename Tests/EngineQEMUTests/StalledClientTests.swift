import Engine
import EngineTestSupport
import Foundation
import Glibc
import Model
import Testing

@testable import EngineQEMU

extension QEMUTests {
    /// A client that stops in the midst of a request makes QEMU's drain wait for ever. Only that client may notice.
    @Suite struct StalledClientTests {
        private static let limits: QEMULimits = {
            var limits = QEMULimits()
            limits.commandDeadline = .seconds(2)
            limits.stoppedClientPatience = .milliseconds(300)
            limits.slowClientPatience = .seconds(1)
            return limits
        }()

        enum Stall: CaseIterable {
            case halfARequest, unreadAnswers
        }

        @Test(arguments: Stall.allCases) func onlyTheStalledClientIsDisconnected(_ stall: Stall) async throws {
            try await TestWorld.with(limits: Self.limits) { world in
                let server = try await world.newServer()
                let volumes = try await [
                    world.newAttachedVolume(size: .gibibyte, to: server), world.newAttachedVolume(to: server),
                ]
                // Idle neighbours of the same volume, older and younger than the stalled one, and one of another.
                let older = try world.connect(volumes[0], of: server)
                let stalled = try world.connect(volumes[0], of: server)
                let others = try [older, world.connect(volumes[0], of: server), world.connect(volumes[1], of: server)]
                for (index, client) in others.enumerated() {
                    try client.write(block(UInt8(index + 1)), at: UInt64(index) * 4096)
                }
                switch stall {
                case .halfARequest: try stalled.beginWrite(byteCount: 65_536, sending: 1_000)
                case .unreadAnswers: try stalled.askAndNeverRead(byteCount: 1 << 20, times: 64)
                }
                let processID = try await world.processID(of: server)
                let cuts = try volumes.map(world.newCut)
                try await world.engine.prepareCut(cuts, of: server)
                let report = try await world.engine.cut(cuts, of: server, within: .seconds(60))

                #expect(report.disconnectedClients.count == 1, "\(report.disconnectedClients)")
                #expect(report.disconnectedClients.first?.hasPrefix("unix:pid=\(getpid()) (") == true)
                #expect(try await world.processID(of: server) == processID)
                for (index, client) in others.enumerated() {
                    #expect(try client.read(4096, at: UInt64(index) * 4096) == block(UInt8(index + 1)))
                    try client.write(block(9), at: 0)
                }
                #expect(throws: NBDClient.Failure.self) { try stalled.flush() }
                #expect(
                    try await world.engine.observe(server)?.activeLayers[volumes[1].volume] == cuts[1].overlay.id)
            }
        }

        /// A cut that is given up changes nothing, disconnects nobody, and leaves the way free for the next.
        @Test func aCutThatIsGivenUpChangesNothing() async throws {
            var limits = Self.limits
            limits.stoppedClientPatience = .seconds(600)
            limits.slowClientPatience = .seconds(600)
            try await TestWorld.with(limits: limits) { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let stalled = try world.connect(volume, of: server)
                try stalled.beginWrite(byteCount: 65_536, sending: 1_000)
                let cut = try world.newCut(of: volume)
                try await world.engine.prepareCut([cut], of: server)
                let failure = await #expect(throws: CutFailure.self) {
                    try await world.engine.cut([cut], of: server, within: .milliseconds(500))
                }
                #expect(failure?.outcome == .nothingCut && failure?.cause.reason == .timeout)
                #expect(failure?.disconnectedClients == [])
                try stalled.finishWrite(remaining: 64_536)
                #expect(try stalled.read(4096, at: 0) == block(7))
                try await world.engine.discardCut([cut], of: server)
                #expect(try await world.engine.observe(server)?.activeLayers[volume.volume] == volume.layers[0].id)
                _ = try await world.snapshot([volume], of: server)
                #expect(try stalled.read(4096, at: 0) == block(7))
            }
        }

        /// Its request takes longer than the patience with a silent one, and comes to its end.
        @Test func aSlowClientThatGoesOnIsWaitedFor() async throws {
            try await TestWorld.with(limits: Self.limits) { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let slow = try world.connect(volume, of: server)
                let pieceCount = 10
                let pieceByteCount = 65_536 / pieceCount
                try slow.beginWrite(byteCount: pieceByteCount * pieceCount, sending: pieceByteCount)
                let cut = try world.newCut(of: volume)
                try await world.engine.prepareCut([cut], of: server)
                async let report = world.engine.cut([cut], of: server, within: .seconds(60))
                for _ in 1..<(pieceCount - 1) {
                    try await Task.sleep(for: .milliseconds(250))
                    try slow.continueWrite(sending: pieceByteCount)
                }
                try slow.finishWrite(remaining: pieceByteCount)
                #expect(try await report.disconnectedClients == [])
                #expect(try slow.read(4096, at: 0) == block(7))
            }
        }

        /// Who is disconnected behind a cut that was given up is told by whoever gives its overlays up.
        @Test func whoIsDisconnectedAfterwardsIsTold() async throws {
            try await TestWorld.with(limits: Self.limits) { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let stalled = try world.connect(volume, of: server)
                try stalled.beginWrite(byteCount: 65_536, sending: 1_000)
                let cut = try world.newCut(of: volume)
                try await world.engine.prepareCut([cut], of: server)
                let failure = await #expect(throws: CutFailure.self) {
                    try await world.engine.cut([cut], of: server, within: .milliseconds(1))
                }
                #expect(failure?.outcome == .nothingCut)
                #expect(try await world.engine.discardCut([cut], of: server).count == 1)
                #expect(throws: NBDClient.Failure.self) { try stalled.flush() }
                _ = try await world.snapshot([volume], of: server)
            }
        }

        @Test func nobodyIsDisconnectedFromAProcessThatWasStopped() async throws {
            try await TestWorld.with(limits: Self.limits) { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                try client.write(block(1), at: 0)
                let cut = try world.newCut(of: volume)
                try await world.engine.prepareCut([cut], of: server)
                let processID = try await world.processID(of: server)
                kill(processID, SIGSTOP)
                let failure = await #expect(throws: CutFailure.self) {
                    try await world.engine.cut([cut], of: server, within: .seconds(3))
                }
                kill(processID, SIGCONT)
                #expect(failure?.outcome == .nothingCut && failure?.disconnectedClients == [])
                #expect(try client.read(4096, at: 0) == block(1))
            }
        }
    }
}
