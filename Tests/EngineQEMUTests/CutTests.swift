import Engine
import EngineTestSupport
import Foundation
import Glibc
import Model
import Synchronization
import Testing

@testable import EngineQEMU

extension QEMUTests {
    @Suite struct CutTests {
        @Test func snapshotKeepsTheBytesOfTheCut() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                try client.write(block(1), at: 0)
                let after = try await world.snapshot([volume], of: server)[0]
                try client.write(block(2), at: 0)
                #expect(try client.read(4096, at: 0) == block(2))
                #expect(try await world.engine.observe(server)?.activeLayers == [volume.volume: after.layers[1].id])
                #expect(try Files.status(of: world.path(of: after.layers[0]))?.st_mode == S_IFREG | 0o400)

                let other = try await world.newServer()
                let clone = try await world.clone(volume.layers)
                try await world.engine.attach(clone, to: other)
                #expect(try world.connect(clone, of: other).read(4096, at: 0) == block(1))
            }
        }

        @Test func cutsMayBeRepeatedAttachedAndDetached() async throws {
            try await TestWorld.with { world in
                let running = try await world.newServer()
                for server in [running, nil] {
                    let volume = try await world.newVolume()
                    if let server { try await world.engine.attach(volume, to: server) }
                    let discarded = try world.newCut(of: volume)
                    for _ in 1...2 { try await world.engine.prepareCut([discarded], of: server) }
                    for _ in 1...2 { try await world.engine.discardCut([discarded], of: server) }
                    let cut = try world.newCut(of: volume)
                    for _ in 1...2 { try await world.engine.prepareCut([cut], of: server) }
                    for _ in 1...2 { try await world.engine.cut([cut], of: server) }
                    try await world.engine.prepareCut([cut], of: server)
                    await #expect(throws: EngineError.self) { try await world.engine.discardCut([cut], of: server) }
                    #expect(try world.engine.layers.isFrozen(volume.layers[0].id))
                    #expect(try !world.engine.layers.isFrozen(cut.overlay.id))
                    if let server { try await world.engine.detach(volume.volume, from: server, force: false) }
                    try expectClean(cut.after.layers.map(world.path))
                }
            }
        }

        @Test func overlayOfAnotherSizeIsRefused() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let cut = Cut(chain: volume, overlay: world.newLayer(size: .gibibyte))
                await #expect(throws: EngineError.self) { try await world.engine.prepareCut([cut], of: server) }
            }
        }

        @Test func unpreparedCutChangesNothing() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volumes = try await world.newAttachedVolumes(2, to: server)
                let cuts = try volumes.map(world.newCut)
                try await world.engine.prepareCut([cuts[0]], of: server)
                await #expect(throws: EngineError.self) { try await world.engine.cut(cuts, of: server) }
                #expect(
                    try await world.engine.observe(server)?.activeLayers[volumes[0].volume] == volumes[0].layers[0].id)
                #expect(try !world.engine.layers.isFrozen(volumes[0].layers[0].id))
            }
        }

        /// One writer counts in eight volumes in turn, flushing each; in every cut the counts may differ by one at
        /// most, and never grow along the order of the writes.
        @Test func eightVolumesAreCutAtOneInstant() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                var volumes = try await world.newAttachedVolumes(8, to: server)
                let clients = try volumes.map { try world.connect($0, of: server) }
                let writer = OrderedWriter(clients)
                defer { writer.stop() }

                var snapshots: [[VolumeChain]] = []
                for _ in 1...20 {
                    let count = writer.count
                    #expect(try await eventually { writer.count > count + 2 })
                    snapshots.append(volumes)
                    volumes = try await world.snapshot(volumes, of: server)
                }
                writer.stop()
                let reader = try await world.newServer()
                var lastCount: UInt64 = 0
                for snapshot in snapshots {
                    let counts = try await world.counts(in: snapshot, through: reader)
                    #expect(counts == counts.sorted(by: >), "torn: \(counts)")
                    #expect(counts[0] <= counts[7] + 1, "torn: \(counts)")
                    #expect(counts[7] > lastCount)
                    lastCount = counts[7]
                }
            }
        }

        @Test func longestChainIsReadThrough() async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                var volume = try await world.newAttachedVolume(to: server)
                let client = try world.connect(volume, of: server)
                for index in 1..<world.engine.capabilities.deepestChain {
                    try client.write(block(UInt8(index)), at: UInt64(index) * 4096)
                    let begin = ContinuousClock.now
                    volume = try await world.snapshot([volume], of: server)[0]
                    if index.isMultiple(of: 40) { print("cut at depth \(index): \(begin.duration(to: .now))") }
                }
                let successor = try world.successor()
                await world.engine.close()
                let takingOver = ContinuousClock.now
                #expect(try await successor.start() == [server])
                print("taking over \(volume.layers.count) layers: \(takingOver.duration(to: .now))")
                client.disconnect()
                try await successor.detach(volume.volume, from: server, force: true)
                let begin = ContinuousClock.now
                try await successor.attach(volume, to: server)
                print("attach of \(volume.layers.count) layers: \(begin.duration(to: .now))")
                let again = try world.connect(volume, of: server)
                for index in 1..<world.engine.capabilities.deepestChain {
                    #expect(try again.read(4096, at: UInt64(index) * 4096) == block(UInt8(index)))
                }
                try await successor.detach(volume.volume, from: server, force: true)
                // Each check opens all layers below, so not of every one.
                try expectClean([0, 100, volume.layers.count - 1].map { world.path(of: volume.layers[$0]) })
                await successor.close()
            }
        }

        /// What a cut says it took is the switch alone, within the call; repeated, it switches nothing and takes
        /// nothing. (How fast it is, the benchmarks say.)
        @Test(arguments: [1, 8]) func aCutTellsHowLongItsSwitchTook(volumeCount: Int) async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volumes = try await world.newAttachedVolumes(volumeCount, to: server)
                let cuts = try volumes.map(world.newCut)
                try await world.engine.prepareCut(cuts, of: server)
                let begin = ContinuousClock.now
                let duration = try await world.engine.cut(cuts, of: server)
                #expect(duration > .zero && duration < begin.duration(to: .now))
                let overlays = cuts.map { ($0.chain.volume, $0.overlay.id) }
                #expect(
                    try await world.engine.observe(server)?.activeLayers == Dictionary(uniqueKeysWithValues: overlays))
                #expect(try await world.engine.cut(cuts, of: server) == .zero)
            }
        }
    }
}

extension TestWorld {
    /// Reads the first eight bytes of what each volume's layers show, through clones that are thrown away.
    func counts(in volumes: [VolumeChain], through server: ServerID) async throws -> [UInt64] {
        var counts: [UInt64] = []
        for volume in volumes {
            let clone = try await clone(volume.layers)
            try await engine.attach(clone, to: server)
            let client = try connect(clone, of: server)
            counts.append(try client.count())
            client.disconnect()
            try await engine.detach(clone.volume, from: server, force: true)
        }
        return counts
    }
}

extension NBDClient {
    /// The number that an ordered writer left.
    func count() throws -> UInt64 {
        try read(8, at: 0).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Writes a growing number to the beginning of some volumes, one after the other, flushing each, until it is stopped.
final class OrderedWriter: Sendable {
    private let state = Mutex((count: UInt64(0), isStopped: false))
    private let ended = DispatchSemaphore(value: 0)

    init(_ clients: [NBDClient]) {
        Thread { self.run(clients) }.start()
    }

    /// The last number that every volume has acknowledged as flushed.
    var count: UInt64 { state.withLock { $0.count } }

    /// Returns once nothing is written any more. May be called again.
    func stop() {
        let wasStopped = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
        if !wasStopped { ended.wait() }
    }

    private func run(_ clients: [NBDClient]) {
        defer { ended.signal() }
        var number: UInt64 = 0
        while !state.withLock({ $0.isStopped }) {
            number += 1
            let bytes = withUnsafeBytes(of: number.bigEndian) { Array($0) }
            for client in clients {
                guard (try? client.write(bytes, at: 0)) != nil, (try? client.flush()) != nil else { return }
            }
            state.withLock { $0.count = number }
        }
    }
}
