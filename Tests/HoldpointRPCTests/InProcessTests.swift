import Synchronization
import Testing

@testable import HoldpointRPC

@Suite(.timeLimit(.minutes(1))) struct InProcessTests {
    private static let echo = UnaryMethod<Metadata, Metadata>("test.Echo/Echo")
    private static let hang = UnaryMethod<Ping, Pong>("test.Echo/Hang")
    private static let count = ServerStreamingMethod<Ping, Metadata>("test.Echo/Count")
    private static let check = UnaryMethod<Ping, Pong>("test.Health/Check", MethodOptions(isOpen: true))

    struct Surprise: Error {}

    private func channel(principal: String? = "admin", sent: Counter = Counter()) -> InProcessChannel {
        var router = Router()
        router.unary(Self.echo) { request, context in
            if request.key == "fail" { throw RPCError(.aborted, "no", reason: "BUSY") }
            if request.key == "surprise" { throw Surprise() }
            return Metadata(key: "\(context.caller.source) \(context.metadata.count)", value: request.value)
        }
        router.unary(Self.hang) { _, _ in
            try await Task.sleep(for: .seconds(3_600))
            return Pong()
        }
        router.unary(Self.check) { ping, _ in Pong(nonce: ping.nonce) }
        router.serverStreaming(Self.count) { request, _, responses in
            for number in 0..<request.nonce {
                try await responses.send(Metadata(key: "\(number)", value: .init(repeating: 0, count: 1_000)))
                sent.increment()
            }
        }
        return InProcessChannel(handler: router, caller: Caller(principal: principal, source: "in-process"))
    }

    @Test func answers() async throws {
        let options = CallOptions(metadata: [Metadata(key: "a", value: [])])
        let answer = try await channel().unary(Self.echo, Metadata(key: "k", value: [1, 2]), options: options)
        #expect(answer == Metadata(key: "in-process 1", value: [1, 2]))
    }

    @Test func mapsErrors() async {
        await #expect(throws: RPCError(.aborted, "no", reason: "BUSY")) {
            try await channel().unary(Self.echo, Metadata(key: "fail", value: []), options: CallOptions())
        }
        await #expect(throws: RPCError(.internal, "internal error")) {
            try await channel().unary(Self.echo, Metadata(key: "surprise", value: []), options: CallOptions())
        }
    }

    @Test func refusesBadBytesWithTheGuardsText() async throws {
        do {
            _ = try await channel().unary(method: Self.echo.name, payload: [0x0a, 2, 0x61], options: CallOptions())
            Issue.record("truncated bytes were taken")
        } catch {
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains("key"))
            #expect(error.status.fieldViolations.map(\.field) == ["key"])
        }
    }

    @Test func wantsACredential() async throws {
        let channel = channel(principal: nil)
        #expect(try await channel.unary(Self.check, Ping(nonce: 5), options: CallOptions()).nonce == 5)
        await #expect(throws: RPCError.unauthenticated) {
            try await channel.unary(Self.echo, Metadata(), options: CallOptions())
        }
    }

    @Test func knowsUnknownMethods() async {
        await #expect(throws: RPCError.unknownMethod("test.Echo/No")) {
            try await channel().unary(method: "test.Echo/No", payload: [], options: CallOptions())
        }
    }

    @Test func endsAtTheDeadline() async {
        await #expect(throws: RPCError.deadlineExceeded) {
            try await channel().unary(Self.hang, Ping(), options: CallOptions(timeout: .milliseconds(20)))
        }
    }

    @Test func endsWhenCancelled() async {
        let channel = channel()
        let task = Task { try await channel.unary(Self.hang, Ping(), options: CallOptions()) }
        task.cancel()
        await #expect(throws: RPCError.cancelled) { try await task.value }
    }

    @Test func streamsInOrder() async throws {
        var keys: [String] = []
        for try await item in channel().serverStreaming(Self.count, Ping(nonce: 5_000), options: CallOptions()) {
            keys.append(item.key)
        }
        #expect(keys == (0..<5_000).map(String.init))
    }

    @Test func holdsTheSenderBack() async throws {
        let sent = Counter()
        var iterator = channel(sent: sent).serverStreaming(Self.count, Ping(nonce: 1_000_000), options: CallOptions())
            .makeAsyncIterator()
        _ = try await iterator.next()
        let limit = ProtocolLimits.defaultStreamWindowBytes / 1_000 + 2
        // The sender stops by itself; then nothing changes any more.
        var last = -1
        while last != sent.value {
            last = sent.value
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(sent.value <= limit)
        #expect(sent.value > 100)
    }
}

/// Counts from any thread.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment() { count.withLock { $0 += 1 } }
}
