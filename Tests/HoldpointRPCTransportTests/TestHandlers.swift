import HoldpointRPC
import Synchronization

/// Methods with which tests make a server do what they need. Messages are those of the frame protocol itself.
final class TestHandlers: RPCService {
    /// Answers the request; key `fail`: ABORTED; `caller`: who calls; `unavailable`: UNAVAILABLE until `failures` is 0.
    static let echo = UnaryMethod<Metadata, Metadata>("test.Echo/Echo")
    /// Waits for the gate, whatever happens to its task.
    static let wait = UnaryMethod<Metadata, Metadata>("test.Echo/Wait")
    /// Waits until its task is cancelled.
    static let sleep = UnaryMethod<Metadata, Metadata>("test.Echo/Sleep")
    /// Answers with as many bytes.
    static let large = UnaryMethod<Ping, Metadata>("test.Echo/Large")
    /// As many items of 1,000 bytes.
    static let count = ServerStreamingMethod<Ping, Metadata>("test.Echo/Count")
    /// The same, with a natural end.
    static let transfer = ServerStreamingMethod<Ping, Metadata>(
        "test.Echo/Transfer", MethodOptions(hasNaturalEnd: true))
    /// One item; then waits for the end, and says farewell if the server drains.
    static let watch = ServerStreamingMethod<Ping, Metadata>("test.Echo/Watch")
    static let check = UnaryMethod<Ping, Pong>("test.Health/Check", MethodOptions(isOpen: true))

    /// Adds up the nonces that come; after one of 0 it waits for the gate.
    static let sum = ClientStreamingMethod<Ping, Pong>("test.Echo/Sum", MethodOptions(hasNaturalEnd: true))
    /// Sends back what comes.
    static let reflect = BidirectionalMethod<Metadata, Metadata>("test.Echo/Reflect")

    let gate = Gate()
    let started = Counter()
    let ended = Counter()
    let cancelled = Counter()
    let itemsSent = Counter()
    let failures = Counter()
    /// Handlers that run now, and the most that ever ran at once.
    let running = Counter()

    func register(in router: inout Router) {
        router.unary(Self.echo) { try await self.echo($0, $1) }
        router.unary(Self.wait) { try await self.wait($0, $1) }
        router.unary(Self.sleep) { try await self.sleep($0, $1) }
        router.unary(Self.large) { ping, _ in
            self.started.increment()
            return Metadata(key: "", value: .init(repeating: 7, count: Int(ping.nonce)))
        }
        router.unary(Self.check) { ping, _ in Pong(nonce: ping.nonce) }
        router.serverStreaming(Self.count) { try await self.count($0, $1, $2) }
        router.serverStreaming(Self.transfer) { try await self.count($0, $1, $2) }
        router.clientStreaming(Self.sum) { try await self.sum($0, $1) }
        router.bidirectional(Self.reflect) { requests, _, responses in
            self.started.increment()
            defer { self.ended.increment() }
            for try await request in requests { try await responses.send(request) }
        }
        router.serverStreaming(Self.watch) { try await self.watch($0, $1, $2) }
    }

    private func echo(_ request: Metadata, _ context: CallContext) async throws -> Metadata {
        switch request.key {
        case "fail":
            throw RPCError(.aborted, "no", reason: "RESOURCE_BUSY")
        case "unavailable":
            failures.decrement()
            if failures.value >= 0 { throw RPCError(.unavailable, "not yet") }
        case "caller":
            return Metadata(
                key: "\(context.caller.principal ?? "-") \(context.caller.source) \(context.caller.project)")
        case "yield":
            running.increment()
            for _ in 0..<10 { await Task.yield() }
            running.decrement()
        default:
            break
        }
        return request
    }

    private func wait(_ request: Metadata, _ context: CallContext) async throws -> Metadata {
        started.increment()
        await gate.wait()
        ended.increment()
        return Metadata(key: request.key)
    }

    private func sleep(_ request: Metadata, _ context: CallContext) async throws -> Metadata {
        started.increment()
        do {
            try await Task.sleep(for: .seconds(3_600))
        } catch {
            cancelled.increment()
            throw error
        }
        return request
    }

    private func count(_ request: Ping, _ context: CallContext, _ responses: ResponseStream<Metadata>) async throws {
        started.increment()
        defer { ended.increment() }
        for number in 0..<request.nonce {
            try await responses.send(Metadata(key: "\(number)", value: .init(repeating: 0, count: 1_000)))
            itemsSent.increment()
        }
    }

    private func sum(_ requests: RequestSequence<Ping>, _ context: CallContext) async throws -> Pong {
        started.increment()
        defer { ended.increment() }
        var sum: UInt64 = 0
        for try await request in requests {
            itemsSent.increment()
            if request.nonce == 0 { await gate.wait() }
            if request.nonce == .max { throw RPCError(.outOfRange, "too much") }
            sum += request.nonce
        }
        return Pong(nonce: sum)
    }

    private func watch(_ request: Ping, _ context: CallContext, _ responses: ResponseStream<Metadata>) async throws {
        started.increment()
        defer { ended.increment() }
        try await responses.send(Metadata(key: "first"))
        try? await Task.sleep(for: .seconds(3_600))
        guard context.isDraining else { throw CancellationError() }
        try await responses.send(Metadata(key: "farewell"))
        throw RPCError(.unavailable, "position 7", reason: RPCReason.shuttingDown)
    }
}

/// Holds tasks until it is opened; cancelling them does not help.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Counts from any thread, and remembers its highest value.
final class Counter: Sendable {
    private let state = Mutex((value: 0, highest: 0))

    var value: Int { state.withLock { $0.value } }
    var highest: Int { state.withLock { $0.highest } }

    func increment() {
        state.withLock { state in
            state.value += 1
            state.highest = max(state.highest, state.value)
        }
    }

    func decrement() { state.withLock { $0.value -= 1 } }

    func set(_ value: Int) { state.withLock { $0.value = value } }
}
