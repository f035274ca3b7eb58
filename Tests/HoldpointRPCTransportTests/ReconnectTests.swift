import HoldpointRPC
import HoldpointRPCTransport
import ProtobufC
import Synchronization
import Testing

/// The client library when servers come and go.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ReconnectTests {
    @Test func saysThatNothingWasDoneWithoutAServer() async throws {
        try await withFolder { folder in
            var configuration = RPCClientConfiguration()
            configuration.retryPolicy.attempts = 3
            try await withClient(.unix(path: folder + "/none"), configuration: configuration) { client in
                await expect(.unavailable, RPCReason.notListening) {
                    _ = try await client.unary(TestHandlers.echo, Metadata(), options: CallOptions())
                }
                await expect(.unavailable, RPCReason.notListening) {
                    _ = try await client.unary(
                        TestHandlers.echo, Metadata(), options: CallOptions(timeout: .milliseconds(100)))
                }
            }
        }
    }

    /// Who wants to know at once does not wait for a server that was never there, but for one that comes back.
    @Test func waitsOnlyForAServerThatWasThere() async throws {
        try await withFolder { folder in
            var configuration = RPCClientConfiguration()
            configuration.retryPolicy.waitsForServer = false
            // A first pause would take the test's time.
            configuration.retryPolicy.firstBackoff = .seconds(600)
            configuration.retryPolicy.longestBackoff = .seconds(600)
            let endpoint = Endpoint.unix(path: folder + "/socket")
            try await withClient(endpoint, configuration: configuration) { client in
                await expect(.unavailable, RPCReason.notListening) {
                    _ = try await client.unary(TestHandlers.echo, Metadata(), options: CallOptions())
                }
            }
            configuration.retryPolicy.firstBackoff = .milliseconds(1)
            configuration.retryPolicy.attempts = 2
            try await withClient(endpoint, configuration: configuration) { client in
                let test = try await TestServer.start(on: endpoint)
                _ = try await client.unary(TestHandlers.echo, Metadata(), options: CallOptions())
                await test.stop()
                await expect(.unavailable, "") {
                    _ = try await client.unary(TestHandlers.echo, Metadata(), options: CallOptions())
                }
            }
        }
    }

    @Test func reconnectsAfterARestart() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            try await withClient(endpoint) { client in
                for number in 0..<3 {
                    let test = try await TestServer.start(on: endpoint)
                    let answer = try await client.unary(
                        TestHandlers.echo, Metadata(key: "\(number)"), options: CallOptions())
                    #expect(answer.key == "\(number)")
                    await test.stop()
                }
            }
        }
    }

    @Test func losesNothingWhenAServerDrainsUnderLoad() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            try await withClient(endpoint) { client in
                var test = try await TestServer.start(on: endpoint)
                let isStopping = Flag()
                let done = Counter()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in 0..<16 {
                        group.addTask {
                            while !isStopping.isRaised {
                                let key = "\(worker) \(done.value)"
                                let answer = try await client.unary(
                                    TestHandlers.echo, Metadata(key: key), options: CallOptions(timeout: .seconds(20)))
                                #expect(answer.key == key)
                                done.increment()
                            }
                        }
                    }
                    for _ in 0..<5 {
                        let before = done.value
                        try await eventually("no call gets through") { done.value > before + 200 }
                        await test.server.drain(within: .seconds(5))
                        test = try await TestServer.start(on: endpoint)
                    }
                    isStopping.raise()
                    try await group.waitForAll()
                }
                await test.stop()
            }
        }
    }

    @Test func tellsThatAnOutcomeIsUnknown() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            let listener = try RawListener(endpoint)
            try await withClient(endpoint) { client in
                async let call: Void = expect(.unknown, RPCReason.outcomeUnknown) {
                    _ = try await client.unary(TestHandlers.echo, Metadata(), options: CallOptions(retries: false))
                }
                try await readRequest(try await listener.accept())
                await call
            }
        }
    }

    @Test func keepsTheUnknownOutcomeOfAnEarlierAttempt() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            var listener: RawListener? = try RawListener(endpoint)
            var configuration = RPCClientConfiguration()
            configuration.retryPolicy.attempts = 2
            try await withClient(endpoint, configuration: configuration) { client in
                async let call: Void = expect(.unknown, RPCReason.outcomeUnknown) {
                    _ = try await client.unary(TestHandlers.echo, Metadata(), options: CallOptions())
                }
                var peer = try await listener?.accept()
                listener = nil
                if let peer { try await readRequest(peer) }
                peer = nil  // The next attempt is refused: by itself, nothing was done.
                await call
            }
        }
    }

    @Test func asksAgainAfterALostConnection() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            let listener = try RawListener(endpoint)
            try await withClient(endpoint) { client in
                async let reply = client.unary(TestHandlers.echo, Metadata(), options: CallOptions())
                try await readRequest(try await listener.accept())
                let second = try await listener.accept()
                try await answer(second, key: "second")
                let key = try await reply.key
                #expect(key == "second")
            }
        }
    }

    @Test func waitsForRoomInAFullQueue() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            let listener = try RawListener(endpoint)
            var waiting: [RawPeer] = []
            while let peer = try? RawPeer(endpoint, isBlocking: false) { waiting.append(peer) }
            var configuration = RPCClientConfiguration()
            configuration.retryPolicy.attempts = 1
            try await withClient(endpoint, configuration: configuration) { client in
                async let reply = client.unary(
                    TestHandlers.echo, Metadata(), options: CallOptions(timeout: .seconds(60)))
                try await Task.sleep(for: .seconds(2))
                for _ in waiting { _ = try await listener.accept() }
                let peer = try await listener.accept()
                try await answer(peer, key: "waited")
                let key = try await reply.key
                #expect(key == "waited")
            }
        }
    }

    /// Of a call that never got a connection the caller learns why, and that nothing was done.
    @Test func aFullQueueIsUnavailableInTheEnd() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            let listener = try RawListener(endpoint)
            var waiting: [RawPeer] = []
            while let peer = try? RawPeer(endpoint, isBlocking: false) { waiting.append(peer) }
            var configuration = RPCClientConfiguration()
            configuration.helloTimeout = .milliseconds(300)
            configuration.retryPolicy.attempts = 1
            try await withClient(endpoint, configuration: configuration) { client in
                for timeout in [Duration.milliseconds(500), nil] {
                    await expect(.unavailable, "") {
                        _ = try await client.unary(
                            TestHandlers.echo, Metadata(), options: CallOptions(timeout: timeout))
                    }
                }
            }
            withExtendedLifetime((listener, waiting)) {}
        }
    }

    @Test func movesCallsThatWereNotStarted() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            let listener = try RawListener(endpoint)
            try await withClient(endpoint) { client in
                async let reply = client.unary(TestHandlers.echo, Metadata(), options: CallOptions(retries: false))
                let first = try await listener.accept()
                _ = try await readRequest(first)
                try await first.send(
                    .hello(Hello(protocolVersions: [1])), .goAway(GoAway(lastCallID: 0, code: .shutdown, message: "")))
                let second = try await listener.accept()
                try await answer(second, key: "moved")
                let key = try await reply.key
                #expect(key == "moved")
            }
        }
    }

    @Test func sendsItsDeadlineAndACancel() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            let listener = try RawListener(endpoint)
            try await withClient(endpoint) { client in
                async let call: Void = expect(.deadlineExceeded, "") {
                    _ = try await client.unary(
                        TestHandlers.echo, Metadata(), options: CallOptions(timeout: .milliseconds(300)))
                }
                let peer = try await listener.accept()
                let request = try await readRequest(peer)
                #expect((1...300).contains(request.timeoutMs))
                #expect(try await peer.frame() == .cancel(Cancel(callID: request.callID)))
                await call
            }
        }
    }

    @Test func givesUpOnAServerThatBreaksTheRules() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            let listener = try RawListener(endpoint)
            try await withClient(endpoint) { client in
                async let call: Void = expect(.unknown, RPCReason.outcomeUnknown) {
                    _ = try await client.unary(TestHandlers.echo, Metadata(), options: CallOptions(retries: false))
                }
                let peer = try await listener.accept()
                try await readRequest(peer)
                try await peer.send([0xff, 0xff, 0xff, 0xff])
                #expect(try await peer.goAway() == .frameTooLarge)
                await call
            }
        }
    }

    /// Reads the Hello and the first request.
    @discardableResult
    private func readRequest(_ peer: RawPeer) async throws -> Request {
        guard case .hello = try await peer.frame(), case .request(let request) = try await peer.frame() else {
            throw SocketFailure(call: "request")
        }
        return request
    }

    /// Answers the first request, as a server would.
    private func answer(_ peer: RawPeer, key: String) async throws {
        let request = try await readRequest(peer)
        try await peer.send(
            .hello(Hello(protocolVersions: [1])),
            .response(Response(callID: request.callID, payload: try Metadata(key: key).serialized())))
    }

    private func expect(
        _ code: Status.Code, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        do {
            try await body()
            Issue.record("no error", sourceLocation: sourceLocation)
        } catch {
            #expect((error as? RPCError)?.code == code, sourceLocation: sourceLocation)
            #expect((error as? RPCError)?.reason == reason, sourceLocation: sourceLocation)
        }
    }
}

/// Raised once, seen from any thread.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}
