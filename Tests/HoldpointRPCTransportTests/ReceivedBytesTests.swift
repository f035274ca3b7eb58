import HoldpointRPC
import HoldpointRPCTransport
import ProtobufC
import Testing

/// Bytes that the server holds of what it received, and when it stops reading.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ReceivedBytesTests {
    @Test func pausesReadingOverTheLimitOfReceivedBytes() async throws {
        var limits = TestServer.limits
        limits.frameBytes = 256 << 10
        limits.receivedBytes = 1 << 20
        try await withServer(limits: limits) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            let count: UInt32 = 20
            var bytes: [UInt8] = []
            for callID in 1...count {
                let message = Metadata(key: "\(callID)", value: .init(repeating: 0, count: 200_000))
                bytes += try RawPeer.bytes(.request(try Request(callID, TestHandlers.wait.name, message)))
            }
            async let sending: Void = peer.send(bytes)
            try await eventually("calls within the limit do not start") { test.handlers.started.value >= 5 }
            #expect(try await settled { test.handlers.started.value } <= 8)
            test.handlers.gate.open()
            for _ in 1...count { #expect(try await peer.response().status?.code == .ok) }
            try await sending
        }
    }

    @Test func readsALargeRequestBesideAStream() async throws {
        var limits = TestServer.limits
        limits.frameBytes = 1 << 20
        limits.receivedBytes = 64 << 10
        try await withServer(limits: limits) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            let message = Metadata(key: "", value: .init(repeating: 0, count: 1_000_000))
            try await peer.send(
                .request(try Request(1, TestHandlers.watch.name, Ping())),
                .request(try Request(2, TestHandlers.echo.name, message)))
            guard case .streamItem = try await peer.answer() else {
                Issue.record("no first item")
                return
            }
            #expect(try await peer.response().status?.code == .ok)
        }
    }

    @Test func waitsForMemoryOfTheProcessForAWhile() async throws {
        var limits = TestServer.limits
        limits.processReceivedBytes = 100_000
        limits.memoryStall = .milliseconds(300)
        try await withServer(limits: limits) { test in
            let message = Metadata(key: "", value: .init(repeating: 0, count: 150_000))
            let holder = try RawPeer(test.endpoint)
            try await holder.sendHello()
            try await holder.send(.request(try Request(1, TestHandlers.wait.name, message)))
            try await eventually("the handler did not start") { test.handlers.started.value == 1 }
            let other = try RawPeer(test.endpoint)
            try await other.sendHello()
            try await other.send(
                Array(try RawPeer.bytes(.request(try Request(1, TestHandlers.echo.name, message))).dropLast()))
            #expect(try await other.goAway() == .enhanceYourCalm)
        }
    }
}
