import HoldpointRPC
import HoldpointRPCTransport
import ProtobufC
import Testing

/// Damaged input of every kind: nobody but its sender may notice.
@Suite(.serialized, .timeLimit(.minutes(2))) struct RandomInputTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func survivesDamagedFrames(seed: UInt64) async throws {
        var limits = TestServer.limits
        limits.lingering = .milliseconds(10)
        try await withServer(limits: limits) { test in
            var generator = SeededGenerator(seed: seed)
            let neighbor = try RawPeer(test.endpoint)
            try await neighbor.sendHello()
            for round in 1...150 as ClosedRange<UInt32> {
                let peer = try RawPeer(test.endpoint)
                // The server may close while this is sent.
                try? await peer.send(try damagedConversation(&generator))
                if round % 10 == 0 {
                    try await neighbor.send(.request(try Request(round, TestHandlers.echo.name, Metadata(key: "k"))))
                    #expect(try await neighbor.response().status?.code == .ok, "seed \(seed)")
                }
            }
            test.handlers.gate.open()
            try await eventually("connections stay, seed \(seed)") { test.server.connectionCount == 1 }
        }
    }

    private func damagedConversation(_ generator: inout SeededGenerator) throws -> [UInt8] {
        var bytes = try RawPeer.bytes(.hello(Hello(protocolVersions: [1])))
        for callID in 1...UInt32.random(in: 1...20, using: &generator) {
            bytes += try RawPeer.bytes(try kind(callID, &generator))
        }
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            // Past the Hello as often as not, or no conversation gets far.
            let place = Int.random(
                in: Bool.random(using: &generator) ? 0..<bytes.count : 9..<bytes.count, using: &generator)
            bytes[place] = UInt8.random(in: 0...255, using: &generator)
        }
        return Array(bytes.prefix(Int.random(in: bytes.count / 2...bytes.count, using: &generator)))
    }

    private func kind(_ callID: UInt32, _ generator: inout SeededGenerator) throws -> Frame.Kind {
        let names = [TestHandlers.echo, TestHandlers.wait, TestHandlers.sleep].map(\.name) + ["test.Echo/Watch"]
        let some = UInt32.random(in: 0...callID, using: &generator)
        switch Int.random(in: 0...6, using: &generator) {
        case 0: return .cancel(Cancel(callID: some))
        case 1:
            return .windowUpdate(
                WindowUpdate(callID: some, bytes: UInt32.random(in: 0...UInt32.max, using: &generator)))
        case 2: return .ping(Ping(nonce: generator.next()))
        case 3: return .streamItem(StreamItem(callID: some, payload: [1, 2, 3]))
        default:
            let name = names.randomElement(using: &generator) ?? ""
            return .request(try Request(callID, name, Metadata(key: "k"), timeoutMilliseconds: some))
        }
    }
}
