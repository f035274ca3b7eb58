import Testing

@testable import HoldpointRPC

@Suite struct RouterTests {
    @Test func comparesWholeNames() {
        var router = Router()
        for number in 0..<100 {
            router.unary(UnaryMethod<Ping, Pong>("test.Echo/Method\(number)")) { ping, _ in Pong(nonce: ping.nonce) }
        }
        for number in 0..<100 {
            #expect(router.handler(name: "test.Echo/Method\(number)")?.name == "test.Echo/Method\(number)")
        }
        for name in ["", "test.Echo/Method", "test.Echo/Method100", "test.Echo/Method1\u{301}", "Test.Echo/Method1"] {
            #expect(router.handler(name: name) == nil)
        }
    }

    @Test func findsNamesOfEqualHashes() {
        // As many names as it takes for buckets to collide many times.
        var table = MethodTable()
        let names = (0..<1_000).map { "s\($0)/m" }
        for name in names {
            let isNew = table.insert(
                MethodHandler(name: name, shape: .unary, options: MethodOptions()) { _, _ in { _, _, _ in nil } })
            #expect(isNew)
        }
        for name in names { #expect(Array(name.utf8).withUnsafeBytes { table.handler(name: $0) }?.name == name) }
    }

    @Test func opensOnlyWhatIsOpenWithoutACredential() throws {
        var router = Router()
        router.unary(UnaryMethod<Ping, Pong>("test.Health/Check", MethodOptions(isOpen: true))) { _, _ in Pong() }
        router.unary(UnaryMethod<Ping, Pong>("test.Health/Look")) { _, _ in Pong() }
        let stranger = Caller(principal: nil, source: "test")
        try #require(router.handler(name: "test.Health/Check")).admit(stranger, streamsRequests: false)
        #expect(throws: RPCError.unauthenticated) {
            try #require(router.handler(name: "test.Health/Look")).admit(stranger, streamsRequests: false)
        }
    }

    @Test func wantsRequestsAsTheMethodTakesThem() throws {
        var router = Router()
        router.unary(UnaryMethod<Ping, Pong>("test.Echo/One")) { _, _ in Pong() }
        router.clientStreaming(ClientStreamingMethod<Ping, Pong>("test.Echo/Many")) { _, _ in Pong() }
        let admin = Caller(principal: "admin", source: "test")
        for (name, isRight) in [("test.Echo/One", false), ("test.Echo/Many", true)] {
            let handler = try #require(router.handler(name: name))
            try handler.admit(admin, streamsRequests: isRight)
            #expect(throws: RPCError.self) { try handler.admit(admin, streamsRequests: !isRight) }
        }
    }
}
