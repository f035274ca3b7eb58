import HoldpointRPC
import HoldpointRPCTransport
import Testing

/// Streams of requests, from the client library to handlers over real sockets.
@Suite(.timeLimit(.minutes(2))) struct RequestStreamTests {
    @Test func manyRequestsHaveOneAnswer() async throws {
        try await withServer { server in
            let client = RPCClient(endpoint: server.endpoint)
            let answer = try await client.clientStreaming(TestHandlers.sum, options: CallOptions()) { requests in
                for nonce in 1...10_000 as ClosedRange<UInt64> { try await requests.send(Ping(nonce: nonce)) }
            }
            #expect(answer.nonce == 10_000 * 10_001 / 2)
            let none = try await client.clientStreaming(TestHandlers.sum, options: CallOptions()) { _ in }
            #expect(none.nonce == 0)
            await client.close()
        }
    }

    /// More than both windows: each side waits for the other, and nothing is lost or out of order.
    @Test func bothDirectionsFlowAtTheirOwnPace() async throws {
        try await withServer { server in
            let client = RPCClient(endpoint: server.endpoint)
            let payload = [UInt8](repeating: 7, count: 100_000)
            let echoes = client.bidirectional(TestHandlers.reflect, options: CallOptions()) { requests in
                for number in 0..<100 { try await requests.send(Metadata(key: "\(number)", value: payload)) }
            }
            var number = 0
            for try await echo in echoes {
                #expect(echo.key == "\(number)" && echo.value == payload)
                if number.isMultiple(of: 10) { try await Task.sleep(for: .milliseconds(2)) }
                number += 1
            }
            #expect(number == 100)
            await client.close()
        }
    }

    /// Nothing piles up anywhere: who sends waits while a handler takes nothing.
    @Test func aSlowHandlerHoldsItsClientBack() async throws {
        try await withServer { server in
            let (client, sent) = (RPCClient(endpoint: server.endpoint), Counter())
            let total = 200_000
            let call = Task {
                try await client.clientStreaming(TestHandlers.sum, options: CallOptions()) { requests in
                    try await requests.send(Ping(nonce: 0))
                    for _ in 1..<total {
                        try await requests.send(Ping(nonce: 1))
                        sent.increment()
                    }
                }
            }
            try await eventually("it never happened") { server.handlers.itemsSent.value == 1 }
            var before = -1
            while before != sent.value {
                before = sent.value
                try await Task.sleep(for: .milliseconds(200))
            }
            // A window, at 64 bytes and a few an item.
            #expect(sent.value < (1 << 20) / 64 + 10)
            server.handlers.gate.open()
            #expect(try await call.value.nonce == UInt64(total - 1))
            await client.close()
        }
    }

    @Test func anEarlyAnswerEndsTheProducer() async throws {
        try await withServer { server in
            let (client, ended) = (RPCClient(endpoint: server.endpoint), Counter())
            await #expect {
                try await client.clientStreaming(TestHandlers.sum, options: CallOptions()) { requests in
                    defer { ended.increment() }
                    try await requests.send(Ping(nonce: .max))
                    while true { try await requests.send(Ping(nonce: 1)) }
                }
            } throws: { ($0 as? RPCError)?.code == .outOfRange }
            #expect(ended.value == 1)
            // The connection lives.
            _ = try await client.unary(TestHandlers.check, Ping(nonce: 1), options: CallOptions())
            await client.close()
        }
    }

    @Test func aProducersErrorGivesTheCallUp() async throws {
        struct Mistake: Error {}
        try await withServer { server in
            let client = RPCClient(endpoint: server.endpoint)
            await #expect(throws: Mistake.self) {
                try await client.clientStreaming(TestHandlers.sum, options: CallOptions()) { requests in
                    try await requests.send(Ping(nonce: 1))
                    throw Mistake()
                }
            }
            try await eventually("it never happened") { server.handlers.ended.value == server.handlers.started.value }
            await client.close()
        }
    }

    @Test func cancellingEndsBothSides() async throws {
        try await withServer { server in
            let client = RPCClient(endpoint: server.endpoint)
            let call = Task {
                try await client.clientStreaming(TestHandlers.sum, options: CallOptions()) { requests in
                    while true {
                        try await requests.send(Ping(nonce: 1))
                        try await Task.sleep(for: .milliseconds(1))
                    }
                }
            }
            try await eventually("it never happened") { server.handlers.itemsSent.value > 0 }
            call.cancel()
            await #expect(throws: RPCError.cancelled) { try await call.value }
            try await eventually("it never happened") { server.handlers.ended.value == 1 }
            await client.close()
        }
    }

    /// Leaving the loop ends the call, and with it the handler and the producer.
    @Test func leavingTheLoopEndsAStream() async throws {
        try await withServer { server in
            let (client, ended) = (RPCClient(endpoint: server.endpoint), Counter())
            do {
                let echoes = client.bidirectional(TestHandlers.reflect, options: CallOptions()) { requests in
                    defer { ended.increment() }
                    while true { try await requests.send(Metadata(key: "again")) }
                }
                for try await _ in echoes { break }
            }
            try await eventually("it never happened") { ended.value == 1 && server.handlers.ended.value == 1 }
            await client.close()
        }
    }

    @Test func aStreamForAMethodThatTakesOneRequestIsRefused() async throws {
        try await withServer { server in
            let client = RPCClient(endpoint: server.endpoint)
            let wrong = ClientStreamingMethod<Ping, Pong>(TestHandlers.check.name)
            await #expect {
                try await client.clientStreaming(wrong, options: CallOptions()) { requests in
                    while true { try await requests.send(Ping(nonce: 1)) }
                }
            } throws: { ($0 as? RPCError)?.code == .unimplemented }
            let alsoWrong = UnaryMethod<Ping, Pong>(TestHandlers.sum.name)
            await #expect {
                try await client.unary(alsoWrong, Ping(), options: CallOptions())
            } throws: { ($0 as? RPCError)?.code == .unimplemented }
            await client.close()
        }
    }

    /// An upload comes to its end; an exchange that has none is ended.
    @Test func aServerThatEndsWaitsForWhatEndsByItself() async throws {
        try await withServer { server in
            let (client, other) = (RPCClient(endpoint: server.endpoint), RPCClient(endpoint: server.endpoint))
            let upload = Task {
                try await client.clientStreaming(TestHandlers.sum, options: CallOptions()) { requests in
                    for _ in 0..<50 {
                        try await requests.send(Ping(nonce: 1))
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
            }
            let exchange = Task {
                let echoes = other.bidirectional(TestHandlers.reflect, options: CallOptions()) { requests in
                    while true {
                        try await requests.send(Metadata(key: "again"))
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
                for try await _ in echoes {}
            }
            try await eventually("it never happened") {
                server.handlers.started.value == 2 && server.handlers.itemsSent.value > 2
            }
            async let drained: Void = server.server.drain(within: .seconds(20))
            await #expect {
                try await exchange.value
            } throws: { ($0 as? RPCError)?.reason == RPCReason.shuttingDown }
            #expect(try await upload.value.nonce == 50)
            await drained
            await client.close()
            await other.close()
        }
    }
}
