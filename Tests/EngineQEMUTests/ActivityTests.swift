import Engine
import EngineTestSupport
import Model
import Testing

@testable import EngineQEMU

extension QEMUTests {
    /// What a real storage daemon's clients leave to be seen once they have gone.
    @Suite struct ActivityTests {
        /// What a client does, and what is seen of it.
        enum Client: CaseIterable {
            case onlyConnects, flushes, flushesInPlace, doesNotFlush, doesNotFlushTheRest, diesInARequest

            func act(_ client: NBDClient) throws {
                switch self {
                case .onlyConnects: break
                case .flushes:
                    try client.write(block(1, count: 65_536), at: 0)
                    try client.flush()
                case .flushesInPlace:
                    for _ in 1...2 { try client.write(block(2), at: 0) }
                    try client.flush()
                case .doesNotFlush: try client.write(block(3), at: 0)
                case .doesNotFlushTheRest:
                    try client.write(block(4), at: 0)
                    try client.flush()
                    try client.write(block(5), at: 1 << 19)
                case .diesInARequest:
                    try client.write(block(6), at: 0)
                    try client.flush()
                    try client.beginWrite(byteCount: 65_536, sending: 1_000)
                }
            }

            var writes: Bool { self != .onlyConnects }
            var leavesUnflushed: Bool { self == .doesNotFlush || self == .doesNotFlushTheRest }
            var breaksOff: Bool { self == .diesInARequest }
        }

        @Test(arguments: Client.allCases) func closingShowsWhatWasNotFlushed(_ kind: Client) async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newVolume()
                let top = try #require(volume.layers.last).id
                let fresh = try await world.engine.activity(of: top, on: server)
                #expect(fresh == LayerActivity(version: 0))
                try await world.engine.attach(volume, to: server)
                try await run(kind, volume, server, world)
                let before = try await world.engine.activity(of: top, on: server)
                try await world.engine.detach(volume.volume, from: server, force: false)
                let after = try await world.engine.activity(of: top, on: server)
                #expect((after.version != fresh.version) == kind.writes)
                #expect((before.version != after.version) == kind.leavesUnflushed)
                #expect(after.isBrokenOff == kind.breaksOff)
            }
        }

        /// A cut closes what was written before it.
        @Test(arguments: Client.allCases) func aCutShowsItToo(_ kind: Client) async throws {
            try await TestWorld.with { world in
                let server = try await world.newServer()
                let volume = try await world.newAttachedVolume(to: server)
                let top = try #require(volume.layers.last).id
                try await run(kind, volume, server, world)
                let before = try await world.engine.activity(of: top, on: server)
                let cut = try await world.snapshot([volume], of: server)[0]
                let after = try await world.engine.activity(of: top, on: server)
                #expect((before.version != after.version) == kind.leavesUnflushed)
                let overlay = try #require(cut.layers.last).id
                #expect(try await world.engine.activity(of: overlay, on: server).version == 0)
            }
        }

        private func run(_ kind: Client, _ volume: VolumeChain, _ server: ServerID, _ world: TestWorld) async throws {
            do {
                let client = try world.connect(volume, of: server)
                try kind.act(client)
            }
            // The end of the connection is noticed a little later.
            let isGone = try await eventually { try await world.engine.clients(of: server).isEmpty }
            #expect(isGone)
        }
    }
}
