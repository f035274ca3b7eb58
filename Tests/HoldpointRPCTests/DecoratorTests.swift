import Testing

@testable import HoldpointRPC

/// What holds for every call is put around one handler, each thing in a file of its own.
@Suite struct DecoratorTests {
    private static let look = UnaryMethod<Ping, Pong>("test.Echo/Look", MethodOptions(role: .viewer))
    private static let change = UnaryMethod<Ping, Pong>("test.Echo/Change", MethodOptions(role: .operator))
    private static let sum = ClientStreamingMethod<Ping, Pong>("test.Echo/Sum", MethodOptions(role: .viewer))

    private let counting = CountingDecorator()

    private func channel(_ principal: String) -> InProcessChannel {
        var router = Router()
        router.unary(Self.look) { ping, _ in Pong(nonce: ping.nonce) }
        router.unary(Self.change) { _, _ in throw RPCError(.aborted, "busy") }
        router.clientStreaming(Self.sum) { requests, _ in
            var sum: UInt64 = 0
            for try await request in requests { sum += request.nonce }
            return Pong(nonce: sum)
        }
        let roles: [String: MethodOptions.Role] = ["ada": .admin, "vera": .viewer]
        let decorated = router.decorated(by: counting).decorated(by: RoleDecorator(roles: roles))
        return InProcessChannel(handler: decorated, caller: Caller(principal: principal, source: "test"))
    }

    @Test func callsAreCountedWhateverTheirShape() async throws {
        let channel = channel("ada")
        for _ in 1...3 { _ = try await channel.unary(Self.look, Ping(nonce: 1), options: CallOptions()) }
        await #expect(throws: RPCError.self) {
            try await channel.unary(Self.change, Ping(), options: CallOptions())
        }
        let sum = try await channel.clientStreaming(Self.sum, options: CallOptions()) { requests in
            for nonce in 1...4 as ClosedRange<UInt64> { try await requests.send(Ping(nonce: nonce)) }
        }
        #expect(sum.nonce == 10)
        #expect(
            counting.all == ["test.Echo/Look OK": 3, "test.Echo/Change ABORTED": 1, "test.Echo/Sum OK": 1])
    }

    @Test func whoMayNotIsRefusedBeforeAnythingIsRead() async throws {
        let channel = channel("vera")
        _ = try await channel.unary(Self.look, Ping(), options: CallOptions())
        // Its bytes are no request, and nobody looks at them.
        await #expect {
            try await channel.unary(method: Self.change.name, payload: [0xFF], options: CallOptions())
        } throws: { ($0 as? RPCError)?.reason == "ROLE" }
        await #expect {
            try await self.channel("nobody").unary(Self.look, Ping(), options: CallOptions())
        } throws: { ($0 as? RPCError)?.reason == "ROLE" }
        #expect(counting.all == ["test.Echo/Look OK": 1])
    }
}
