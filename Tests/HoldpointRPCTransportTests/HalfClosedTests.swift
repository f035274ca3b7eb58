import HoldpointRPC
import HoldpointRPCTransport
import Testing

/// Peers that shut their write side behind their requests, as `printf … | nc` does.
@Suite(.serialized, .timeLimit(.minutes(2))) struct HalfClosedTests {
    private static let requestCount: UInt32 = 20

    @Test(arguments: [false, true])
    func getAllAnswers(tcp: Bool) async throws {
        try await withServer(tcp: tcp) { test in
            let peer = try RawPeer(test.endpoint)
            // In one piece with the Hello: the credential is not checked yet when the end is seen.
            try await peer.sendHello(token: "secret")
            for callID in 1...Self.requestCount {
                try await peer.send(.request(try Request(callID, TestHandlers.echo.name, Metadata(key: "\(callID)"))))
            }
            try await peer.send(.request(try Request(Self.requestCount + 1, TestHandlers.wait.name, Metadata())))
            peer.shutWriteSide()
            for _ in 1...Self.requestCount { #expect(try await peer.response().status?.code == .ok) }
            // One is still under way; its answer may take longer than noticing the end.
            try await eventually("the handler did not start") { test.handlers.started.value == 1 }
            test.handlers.gate.open()
            #expect(try await peer.response().callID == Self.requestCount + 1)
            #expect(try await peer.answer() == nil)
            try await eventually("the connection is still there") { test.server.connectionCount == 0 }
        }
    }

    @Test(arguments: [false, true])
    func getLargeAnswersThatTheyReadLate(tcp: Bool) async throws {
        try await withServer(tcp: tcp) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello(token: "secret")
            for callID in 1...8 as ClosedRange<UInt32> {
                try await peer.send(.request(try Request(callID, TestHandlers.large.name, Ping(nonce: 1 << 20))))
            }
            peer.shutWriteSide()
            try await Task.sleep(for: .milliseconds(500))
            for _ in 1...8 { #expect(try await peer.response().payload.count > 1 << 20) }
            #expect(try await peer.answer() == nil)
        }
    }

    @Test func areClosedAtOnceWithoutCalls() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello(token: "secret")
            peer.shutWriteSide()
            #expect(try await peer.answer() == nil)
        }
    }

    @Test(arguments: [false, true])
    func areNotWaitedForWithoutEnd(tcp: Bool) async throws {
        var limits = TestServer.limits
        limits.lastCalls = .milliseconds(300)
        try await withServer(limits: limits, tcp: tcp) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello(token: "secret")
            try await peer.send(
                .request(try Request(1, TestHandlers.sleep.name, Metadata())),
                .request(try Request(2, TestHandlers.watch.name, Ping())))
            peer.shutWriteSide()
            try await eventually("a handler still runs") {
                test.handlers.cancelled.value == 1 && test.handlers.ended.value == 1
            }
            try await eventually("the connection is still there") { test.server.connectionCount == 0 }
        }
    }

    /// By TCP a peer that has gone looks like one that sends no more.
    @Test(arguments: [false, true])
    func whoHasGoneIsNotWaitedFor(tcp: Bool) async throws {
        var limits = TestServer.limits
        limits.lastCalls = .seconds(3_600)
        try await withServer(limits: limits, tcp: tcp) { test in
            do {
                let peer = try RawPeer(test.endpoint)
                try await peer.sendHello(token: "secret")
                try await peer.send(.request(try Request(1, TestHandlers.sleep.name, Metadata())))
                try await eventually("the handler did not start") { test.handlers.started.value == 1 }
            }
            try await eventually("a handler still runs") { test.handlers.cancelled.value == 1 }
        }
    }
}
