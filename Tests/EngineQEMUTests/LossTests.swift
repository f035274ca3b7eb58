import Engine
import EngineTestSupport
import Foundation
import Glibc
import Model
import Testing

@testable import EngineQEMU

extension QEMUTests {
    @Suite struct LossTests {
        @Test func nextOwnerTakesServersOverUndisturbed() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                try client.write(block(1), at: 0)
                let processID = try await world.processID(of: server)
                let cut = try world.newCut(of: volume)
                try await world.engine.prepareCut([cut], of: server)
                await world.engine.close()

                let successor = try world.successor()
                #expect(try await successor.start() == [server])
                #expect(try await world.processID(of: server) == processID)
                #expect(try await successor.observe(server)?.activeLayers == [volume.volume: volume.layers[0].id])
                #expect(try client.read(4096, at: 0) == block(1))
                try await successor.prepareCut([cut], of: server)
                #expect(try await successor.cut([cut], of: server) > .zero)
                try client.write(block(2), at: 0)
                client.disconnect()
                try await successor.stopServer(server)
                try expectClean(cut.after.layers.map(world.path))
            }
        }

        @Test func nextOwnerClosesLayersFromTheTop() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                var volumes = try await world.newAttachedVolumes(2, to: server)
                volumes = try await world.snapshot(volumes, of: server)
                volumes = try await world.snapshot(volumes, of: server)
                await world.engine.close()

                let successor = try world.successor()
                #expect(try await successor.start() == [server])
                for volume in volumes { try await successor.detach(volume.volume, from: server, force: false) }
                try await successor.stopServer(server)
                try expectClean(volumes.flatMap(\.layers).map(world.path))
            }
        }

        @Test func deadServerIsReportedAndStartedAgain() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                try client.write(block(1), at: 0)
                try client.flush()
                var losses = world.engine.lostServers.makeAsyncIterator()
                try await world.crash(server)
                #expect(await losses.next() == server)
                #expect(try await world.engine.observe(server) == nil)
                let error = await #expect(throws: EngineError.self) {
                    try await world.engine.attach(volume, to: server)
                }
                #expect(error?.reason == .serverLost)

                try await world.engine.startServer(server, as: .external)
                try await world.engine.attach(volume, to: server)
                #expect(try world.connect(volume, of: server).read(4096, at: 0) == block(1))
            }
        }

        /// The engine once took the dead process's exports for the new one's, if it had not yet noticed the death.
        @Test func newProcessIsNotTakenForTheDeadOne() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                for _ in 1...20 {
                    kill(try await world.processID(of: server), SIGKILL)
                    while try await world.engine.servers.process(of: server).runningID() != nil { await Task.yield() }
                    try await world.engine.startServer(server, as: .external)
                    try await world.engine.attach(volume, to: server)
                    #expect(try world.connect(volume, of: server).read(4096, at: 0) == block(0))
                }
            }
        }

        @Test func stoppedServerIsNoLoss() async throws {
            try await TestWorld.with { world in
                let servers = try await world.newServers(2)
                var losses = world.engine.lostServers.makeAsyncIterator()
                try await world.engine.stopServer(servers[0])
                try await world.crash(servers[1])
                #expect(await losses.next() == servers[1])
            }
        }

        @Test func flushedBytesSurviveADeathBeforeAndAfterTheCut() async throws {
            try await TestWorld.with { world in
                for isKilledBefore in [true, false] {
                    let server = try await world.newServer()
                    let volume = try await world.newAttachedVolume(to: server)
                    let client = try world.connect(volume, of: server)
                    try client.write(block(1), at: 0)
                    try client.flush()
                    let cut = try world.newCut(of: volume)
                    try await world.engine.prepareCut([cut], of: server)
                    if isKilledBefore { try await world.crash(server) }
                    #expect(try await world.engine.cut([cut], of: server) >= .zero)
                    if !isKilledBefore {
                        try client.write(block(2), at: 4096)
                        try client.flush()
                        try await world.crash(server)
                    }
                    #expect(try await world.engine.cut([cut], of: server) == .zero)
                    #expect(try world.engine.layers.isFrozen(volume.layers[0].id))
                    try expectUndamaged(cut.after.layers.map(world.path))

                    try await world.engine.startServer(server, as: .external)
                    try await world.engine.attach(cut.after, to: server)
                    let again = try world.connect(cut.after, of: server)
                    #expect(try again.read(4096, at: 0) == block(1))
                    #expect(try again.read(4096, at: 4096) == block(isKilledBefore ? 0 : 2))
                }
            }
        }

        /// Kills the process at a random moment of the cut, with a writer at work.
        @Test func flushedBytesSurviveADeathDuringTheCut() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                var volumes = try await world.newVolumes(2)
                for _ in 1...20 {
                    try await world.engine.startServer(server, as: .external)
                    for volume in volumes { try await world.engine.attach(volume, to: server) }
                    let writer = OrderedWriter(try volumes.map { try world.connect($0, of: server) })
                    #expect(try await eventually { writer.count > 3 })
                    let cuts = try volumes.map(world.newCut)
                    try await world.engine.prepareCut(cuts, of: server)
                    let processID = try await world.processID(of: server)
                    async let cut = world.engine.cut(cuts, of: server)
                    let delayMicroseconds = UInt32.random(in: 0...3000)
                    try await onThread {
                        usleep(delayMicroseconds)
                        kill(processID, SIGKILL)
                    }
                    _ = try await cut
                    writer.stop()
                    #expect(
                        try await eventually { try await world.engine.servers.process(of: server).runningID() == nil })

                    volumes = cuts.map(\.after)
                    try expectUndamaged(volumes.flatMap { $0.layers.map(world.path) })
                    try await world.engine.startServer(server, as: .external)
                    for volume in volumes { try await world.engine.attach(volume, to: server) }
                    let counts = try volumes.map { try world.connect($0, of: server).count() }
                    #expect(
                        counts[0] >= writer.count && counts[1] >= writer.count, "killed after \(delayMicroseconds) us")
                    #expect(counts[0] >= counts[1] && counts[0] <= counts[1] + 1, "torn: \(counts)")
                    try await world.engine.stopServer(server)
                }
            }
        }

        @Test func silentProcessIsAnErrorWithinTheDeadline() async throws {
            var limits = QEMULimits()
            limits.commandDeadline = .milliseconds(300)
            try await TestWorld.with(limits: limits) { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                try client.write(block(1), at: 0)
                try client.flush()
                let other = try await world.newServer()
                let cut = try world.newCut(of: volume)
                try await world.engine.prepareCut([cut], of: server)
                var losses = world.engine.lostServers.makeAsyncIterator()
                kill(try await world.processID(of: server), SIGSTOP)

                let begin = ContinuousClock.now
                let error = await #expect(throws: EngineError.self) { _ = try await world.engine.answers(server) }
                #expect(error?.reason == .timeout)
                #expect(begin.duration(to: .now) < .seconds(5))
                #expect(try await world.engine.observe(other) != nil, "another server is not disturbed")

                // Slow is not gone: nothing that needs its answer is done, and nobody ends it.
                for call in [
                    { _ = try await world.engine.cut([cut], of: server) },
                    { try await world.engine.startServer(server, as: .external) },
                    { try await world.engine.stopServer(server) },
                    { try await world.engine.detach(volume.volume, from: server, force: true) },
                ] as [() async throws -> Void] {
                    let error = await #expect(throws: EngineError.self) { try await call() }
                    #expect(error?.reason == .timeout, "\(error?.message ?? "")")
                }
                kill(try await world.processID(of: server), SIGCONT)
                #expect(try await eventually { (try? await world.engine.answers(server)) == true })
                #expect(try client.read(4096, at: 0) == block(1), "its client has not noticed")
                #expect(try await world.engine.cut([cut], of: server) >= .zero)
                client.disconnect()

                kill(try await world.processID(of: server), SIGSTOP)
                try await world.engine.stopServer(server, force: true)
                #expect(try await world.engine.observe(server) == nil)
                try await world.crash(other)
                #expect(await losses.next() == other, "the first was never lost")
            }
        }

        @Test func processThatWakesUpAgainIsTakenBackOver() async throws {
            var limits = QEMULimits()
            limits.commandDeadline = .milliseconds(300)
            try await TestWorld.with(limits: limits) { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                let processID = try await world.processID(of: server)
                kill(processID, SIGSTOP)
                await #expect(throws: EngineError.self) { _ = try await world.engine.answers(server) }
                kill(processID, SIGCONT)
                #expect(try await eventually { (try? await world.engine.answers(server)) == true })
                try await world.engine.startServer(server, as: .external)
                #expect(try await world.processID(of: server) == processID)
                try client.write(block(1), at: 0)
            }
        }

        @Test func pidFileOfAnotherProcessIsNotBelieved() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                try await world.crash(server)
                let pidFile = world.engine.servers.directory.pidFile(of: server)
                for text in ["\(getpid())\n", "0\n", "-1\n", "99999999999\n", "x", ""] {
                    try Data(text.utf8).write(to: URL(fileURLWithPath: pidFile))
                    #expect(try await world.engine.observe(server) == nil)
                }
                try await world.engine.startServer(server, as: .external)
                #expect(try await world.processID(of: server) != getpid())
            }
        }

        @Test func fullStorageIsSaidAndHurtsNothing() async throws {
            let folder = "/tmp/hp-full-\(UInt16.random(in: .min ... .max))"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { rmdir(folder) }
            do {
                _ = try ChildProcess.run(
                    "mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], deadline: .seconds(10))
            } catch {
                print("SKIPPED, no file system may be mounted here: \(error)")
                return
            }
            defer { _ = try? ChildProcess.run("umount", ["-l", folder], deadline: .seconds(10)) }

            try await TestWorld.with(stateDirectory: "\(folder)/s") { world in
                let reserve = "\(folder)/reserve"
                try Data(count: 1 << 20).write(to: URL(fileURLWithPath: reserve))
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(size: ByteCount(bytes: 64 << 20), to: server)
                let client = try world.connect(volume, of: server)
                try client.write(block(9), at: 0)
                try client.flush()
                let failure = #expect(throws: NBDClient.Failure.self) {
                    for index in 1..<64 { try client.write(block(1, count: 1 << 20), at: UInt64(index) << 20) }
                }
                #expect(failure?.code == UInt32(ENOSPC))
                // What the last cluster left.
                _ = try? ChildProcess.run("sh", ["-c", "cat /dev/zero > \(folder)/filler"], deadline: .seconds(10))

                let cut = try world.newCut(of: volume)
                let refusal = await #expect(throws: EngineError.self) {
                    try await world.engine.prepareCut([cut], of: server)
                }
                #expect(refusal?.reason == .storageFull)
                let error = await #expect(throws: EngineError.self) {
                    try await world.engine.createLayer(world.newLayer(), over: [])
                }
                #expect(error?.reason == .storageFull)
                #expect(try await world.engine.allLayers() == [volume.layers[0].id])
                #expect(try client.read(4096, at: 0) == block(9))

                unlink(reserve)
                try await world.engine.prepareCut([cut], of: server)
                try await world.engine.cut([cut], of: server)
                try await world.engine.stopServer(server)
                try expectClean(cut.after.layers.map(world.path))
            }
        }
    }
}
