import HoldpointRPC
import HoldpointRPCTransport
import Testing

/// The client library against the real server.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ClientTests {
    @Test(arguments: [false, true])
    func calls(tcp: Bool) async throws {
        try await withServer(tcp: tcp) { test in
            try await withClient(test.endpoint, token: "secret", project: "blue") { client in
                let answer = try await client.unary(TestHandlers.echo, Metadata(key: "caller"), options: CallOptions())
                #expect(answer.key.hasPrefix(tcp ? "token tcp:127.0.0.1:" : "token unix:"))
                #expect(answer.key.hasSuffix(" blue"))
            }
        }
    }

    @Test func waitsForHelloWithALargeRequest() async throws {
        try await withServer(credentials: TestCredentials(delay: .milliseconds(30))) { test in
            try await withClient(test.endpoint) { client in
                let value = [UInt8](repeating: 9, count: 1_000_000)
                let answer = try await client.unary(
                    TestHandlers.echo, Metadata(key: "", value: value), options: CallOptions())
                #expect(answer.value == value)
                await #expect(throws: RPCError.requestTooLarge(limit: 4 << 20)) {
                    try await client.unary(
                        TestHandlers.echo, Metadata(key: "", value: .init(repeating: 0, count: 4 << 20)),
                        options: CallOptions())
                }
            }
        }
    }

    @Test func makesManyCallsAtOnce() async throws {
        try await withServer { test in
            try await withClient(test.endpoint) { client in
                let keys = try await withThrowingTaskGroup(of: String.self) { group in
                    for number in 0..<3_000 {
                        group.addTask {
                            try await client.unary(
                                TestHandlers.echo, Metadata(key: "\(number)"), options: CallOptions()
                            ).key
                        }
                    }
                    return try await group.reduce(into: Set()) { $0.insert($1) }
                }
                #expect(keys.count == 3_000)
                #expect(test.server.connectionCount == 1)
            }
        }
    }

    @Test func queuesCallsOverTheServersLimit() async throws {
        var limits = TestServer.limits
        limits.calls = 2
        try await withServer(limits: limits) { test in
            try await withClient(test.endpoint) { client in
                // The limit is known only after the Hello.
                _ = try await client.unary(TestHandlers.echo, Metadata(), options: CallOptions())
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<50 {
                        group.addTask {
                            _ = try await client.unary(
                                TestHandlers.echo, Metadata(key: "yield"), options: CallOptions())
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(test.handlers.running.highest <= 2)
                #expect(test.handlers.running.highest > 0)
            }
        }
    }

    @Test func passesErrors() async throws {
        try await withServer { test in
            try await withClient(test.endpoint) { client in
                await #expect(throws: RPCError(.aborted, "no", reason: "RESOURCE_BUSY")) {
                    try await client.unary(TestHandlers.echo, Metadata(key: "fail"), options: CallOptions())
                }
            }
        }
    }

    @Test func retriesUnavailable() async throws {
        try await withServer { test in
            try await withClient(test.endpoint) { client in
                test.handlers.failures.set(3)
                let answer = try await client.unary(
                    TestHandlers.echo, Metadata(key: "unavailable"), options: CallOptions())
                #expect(answer.key == "unavailable")
                test.handlers.failures.set(3)
                await #expect(throws: RPCError(.unavailable, "not yet")) {
                    try await client.unary(
                        TestHandlers.echo, Metadata(key: "unavailable"), options: CallOptions(retries: false))
                }
            }
        }
    }

    @Test func endsAtItsDeadline() async throws {
        try await withServer { test in
            try await withClient(test.endpoint) { client in
                await #expect(throws: RPCError.self) {
                    try await client.unary(
                        TestHandlers.sleep, Metadata(), options: CallOptions(timeout: .milliseconds(50)))
                }
                try await eventually("the handler was not cancelled") { test.handlers.cancelled.value == 1 }
            }
        }
    }

    @Test func cancelsWithItsTask() async throws {
        try await withServer { test in
            try await withClient(test.endpoint) { client in
                let task = Task { try await client.unary(TestHandlers.sleep, Metadata(), options: CallOptions()) }
                try await eventually("the handler did not start") { test.handlers.started.value == 1 }
                task.cancel()
                await #expect(throws: RPCError.cancelled) { try await task.value }
                try await eventually("the handler was not cancelled") { test.handlers.cancelled.value == 1 }
                #expect(
                    try await client.unary(TestHandlers.echo, Metadata(key: "k"), options: CallOptions()).key == "k")
            }
        }
    }

    @Test func streamsInOrder() async throws {
        try await withServer { test in
            try await withClient(test.endpoint) { client in
                var keys: [String] = []
                for try await item in client.serverStreaming(
                    TestHandlers.count, Ping(nonce: 3_000), options: CallOptions())
                {
                    keys.append(item.key)
                }
                #expect(keys == (0..<3_000).map(String.init))
            }
        }
    }

    @Test func holdsAStreamBackForASlowConsumer() async throws {
        try await withServer { test in
            var configuration = RPCClientConfiguration()
            configuration.streamWindowBytes = 65_536
            try await withClient(test.endpoint, configuration: configuration) { client in
                var iterator = client.serverStreaming(TestHandlers.count, Ping(nonce: 1_000), options: CallOptions())
                    .makeAsyncIterator()
                for taken in [1, 100, 200] {
                    for _ in 0..<(taken == 1 ? 1 : 100) { _ = try await iterator.next() }
                    try await eventually("no items ahead of the consumer") { test.handlers.itemsSent.value > taken }
                    // A window is not quite 62 items.
                    #expect(try await settled { test.handlers.itemsSent.value } <= taken + 64)
                }
                var rest = 0
                while try await iterator.next() != nil { rest += 1 }
                #expect(rest == 1_000 - 201)
            }
        }
    }

    @Test func cancelsAStreamThatIsLeft() async throws {
        try await withServer { test in
            try await withClient(test.endpoint) { client in
                for try await _ in client.serverStreaming(TestHandlers.watch, Ping(), options: CallOptions()) { break }
                try await eventually("the handler did not end") { test.handlers.ended.value == 1 }
            }
        }
    }

    @Test func endsAStreamWithItsTask() async throws {
        try await withServer { test in
            try await withClient(test.endpoint) { client in
                let task = Task {
                    for try await _ in client.serverStreaming(TestHandlers.watch, Ping(), options: CallOptions()) {}
                }
                try await eventually("the handler did not start") { test.handlers.started.value == 1 }
                task.cancel()
                await #expect(throws: RPCError.cancelled) { try await task.value }
                try await eventually("the handler did not end") { test.handlers.ended.value == 1 }
            }
        }
    }

    @Test func refusesAWrongTokenWithoutRetrying() async throws {
        try await withServer(tcp: true) { test in
            try await withClient(test.endpoint, token: "guess") { client in
                let options = CallOptions(timeout: .seconds(20))
                await #expect(throws: RPCError(.unauthenticated, "the token is not valid")) {
                    try await client.unary(TestHandlers.echo, Metadata(), options: options)
                }
            }
        }
    }

    @Test func opensANewConnectionAfterTheLastID() async throws {
        try await withServer { test in
            var configuration = RPCClientConfiguration()
            configuration.firstCallID = ProtocolLimits.lastCallID - 1
            try await withClient(test.endpoint, configuration: configuration) { client in
                for number in 0..<7 {
                    let answer = try await client.unary(
                        TestHandlers.echo, Metadata(key: "\(number)"), options: CallOptions())
                    #expect(answer.key == "\(number)")
                }
                try await eventually("used up connections stay") { test.server.connectionCount == 1 }
            }
        }
    }

    @Test func failsAfterItWasClosed() async throws {
        try await withServer { test in
            try await withClient(test.endpoint) { client in
                let running = Task {
                    try await client.unary(TestHandlers.sleep, Metadata(), options: CallOptions(retries: false))
                }
                try await eventually("the handler did not start") { test.handlers.started.value == 1 }
                await client.close()
                await #expect(throws: RPCError.self) { try await running.value }
                await #expect(throws: RPCError.self) {
                    try await client.unary(TestHandlers.echo, Metadata(), options: CallOptions())
                }
            }
        }
    }

    @Test func keepsASilentConnectionAlive() async throws {
        var limits = TestServer.limits
        limits.keepalive = .milliseconds(30)
        try await withServer(limits: limits) { test in
            var configuration = RPCClientConfiguration()
            configuration.keepalive = nil
            try await withClient(test.endpoint, configuration: configuration) { client in
                let running = Task {
                    try await client.unary(TestHandlers.wait, Metadata(key: "w"), options: CallOptions(retries: false))
                }
                try await Task.sleep(for: .milliseconds(300))  // Ten pings' time: without pongs the server had hung up.
                test.handlers.gate.open()
                #expect(try await running.value.key == "w")
            }
        }
    }
}
