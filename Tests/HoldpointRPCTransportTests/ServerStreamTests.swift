import HoldpointRPC
import HoldpointRPCTransport
import ProtobufC
import Testing

/// Streams on a raw connection: credit, slow readers, the end.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ServerStreamTests {
    @Test func sendsAsMuchAsItHasCreditFor() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello(window: 65_536)
            try await peer.send(.request(try Request(1, TestHandlers.count.name, Ping(nonce: 100_000))))
            var cost = 0
            var items = 0
            func readItems(upTo credit: Int) async throws {
                while cost < credit {
                    guard case .streamItem(let item) = try await peer.answer() else {
                        Issue.record("no item")
                        return
                    }
                    cost += item.payload.count + 64
                    items += 1
                }
            }
            try await readItems(upTo: 65_536)
            #expect(try await settled { test.handlers.itemsSent.value } == items)
            try await peer.send(.windowUpdate(WindowUpdate(callID: 1, bytes: 10_000)))
            try await readItems(upTo: 75_536)
            #expect(try await settled { test.handlers.itemsSent.value } == items)
            try await peer.send(.cancel(Cancel(callID: 1)))
            #expect(try await peer.response().status?.code == .cancelled)
            try await eventually("the handler did not end") { test.handlers.ended.value == 1 }
        }
    }

    @Test func buffersLittleForASlowReaderAndClosesItInTheEnd() async throws {
        var limits = TestServer.limits
        limits.outboundStall = .milliseconds(600)
        try await withServer(limits: limits) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello(window: 16 << 20)
            try await peer.send(
                .request(try Request(1, TestHandlers.count.name, Ping(nonce: 10_000_000))),
                .windowUpdate(WindowUpdate(callID: 1, bytes: 2_000_000_000)))
            try await eventually("the handler did not start") { test.handlers.started.value == 1 }
            try await eventually("the connection of a reader that does not read stays") {
                test.server.connectionCount == 0
            }
            // 1 MiB here, and what the system's socket buffers take.
            #expect(test.handlers.itemsSent.value * 1_000 < 3 << 20)
            #expect(test.handlers.itemsSent.value > 500)
            #expect(test.handlers.ended.value == 1)
        }
    }

    @Test func endsAStreamAtItsDeadline() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send(.request(try Request(1, TestHandlers.watch.name, Ping(), timeoutMilliseconds: 50)))
            guard case .streamItem = try await peer.answer() else {
                Issue.record("no first item")
                return
            }
            #expect(try await peer.response().status?.code == .deadlineExceeded)
            try await eventually("the handler did not end") { test.handlers.ended.value == 1 }
        }
    }

    @Test func endsAStreamOfALostConnection() async throws {
        try await withServer { test in
            var peer: RawPeer? = try RawPeer(test.endpoint)
            try await peer?.sendHello(window: 65_536)
            try await peer?.send(.request(try Request(1, TestHandlers.count.name, Ping(nonce: 100_000))))
            try await eventually("the handler did not start") { test.handlers.started.value == 1 }
            peer = nil
            try await eventually("the handler did not end") { test.handlers.ended.value == 1 }
            try await eventually("the connection stays") { test.server.connectionCount == 0 }
        }
    }
}
