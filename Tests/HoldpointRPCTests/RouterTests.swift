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
                MethodHandler(name: name, isStreaming: false, hasNaturalEnd: true) { _, _ in { _, _ in nil } })
            #expect(isNew)
        }
        for name in names { #expect(Array(name.utf8).withUnsafeBytes { table.handler(name: $0) }?.name == name) }
    }

    @Test func opensHealthWithoutACredential() {
        var router = Router()
        router.unary(UnaryMethod<Ping, Pong>("holdpoint.v1.HealthService/Check")) { _, _ in Pong() }
        router.unary(UnaryMethod<Ping, Pong>("holdpoint.v1.HealthServiceX/Check")) { _, _ in Pong() }
        #expect(router.handler(name: "holdpoint.v1.HealthService/Check")?.requiresCredential == false)
        #expect(router.handler(name: "holdpoint.v1.HealthServiceX/Check")?.requiresCredential == true)
    }
}
