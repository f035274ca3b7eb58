import HoldpointRPC
import HoldpointRPCTransport
import ProtobufC
import Testing

/// Peers that break the rules, over real sockets.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WireFaultTests {
    @Test(arguments: [false, true])
    func refusesAnEndlessLengthAtOnce(tcp: Bool) async throws {
        try await withServer(tcp: tcp) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello(token: "secret")
            try await peer.send([0xff, 0xff, 0xff, 0xff])
            #expect(try await peer.goAway() == .frameTooLarge)
            try await eventually("the connection is still there") { test.server.connectionCount == 0 }
        }
    }

    @Test func discardsWhatFollowsAGoAwayAndCloses() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send([0xff, 0xff, 0xff, 0xff])
            #expect(try await peer.goAway() == .frameTooLarge)
            // The read side was open; now it closes, whatever is sent.
            await #expect(throws: SocketFailure.self) {
                while true { try await peer.send([UInt8](repeating: 0, count: 10_000)) }
            }
        }
    }

    @Test func refusesAnEmptyFrame() async throws {
        try await expectGoAway(.protocolError, after: [[0, 0, 0, 0]])
    }

    @Test func refusesGarbageBeforeHello() async throws {
        try await withServer { test in
            for bytes in [Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 0, 0, 3, 1, 2, 3], [0, 0, 0, 2, 0xff, 0xff]] {
                let peer = try RawPeer(test.endpoint)
                try await peer.send(bytes)
                let code = try await peer.goAway()
                #expect(code == .protocolError || code == .frameTooLarge)
            }
        }
    }

    @Test func refusesALargeFirstFrame() async throws {
        try await withServer { test in
            let fits = try RawPeer(test.endpoint)
            let hello = try Frame(kind: .hello(Hello(protocolVersions: [1]))).serialized()
            // An unknown field pads the frame to the limit.
            func padded(_ count: Int) -> [UInt8] {
                let padding = count - hello.count - 4
                return hello + [
                    15 << 3 | 2, UInt8(padding & 0x7f | 0x80), UInt8(padding >> 7 & 0x7f | 0x80), UInt8(padding >> 14),
                ]
                    + .init(repeating: 0, count: padding)
            }
            try await fits.send(RawPeer.framed(padded(16 << 10)))
            guard case .hello = try await fits.frame() else {
                Issue.record("16 KiB before the Hello were refused")
                return
            }
            let over = try RawPeer(test.endpoint)
            try await over.send(RawPeer.framed(padded(16 << 10 | 1)))
            #expect(try await over.goAway() == .frameTooLarge)
        }
    }

    @Test func refusesASecondHello() async throws {
        try await expectGoAway(.protocolError, after: [try RawPeer.bytes(.hello(Hello(protocolVersions: [1])))])
    }

    @Test func refusesAnotherVersion() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.send(.hello(Hello(protocolVersions: [2, 3])))
            #expect(try await peer.goAway() == .version)
        }
    }

    @Test func refusesTwoKindsInAFrame() async throws {
        let frame =
            try Frame(kind: .pong(Pong(nonce: 1))).serialized() + Frame(kind: .cancel(Cancel(callID: 1))).serialized()
        try await expectGoAway(.protocolError, after: [RawPeer.framed(frame)])
    }

    @Test func refusesAFloodOfControlFrames() async throws {
        let pong = try RawPeer.bytes(.pong(Pong(nonce: 1)))
        try await expectGoAway(.enhanceYourCalm, after: [[UInt8]](repeating: pong, count: 5_000))
    }

    @Test func refusesAFloodOfPings() async throws {
        let ping = try RawPeer.bytes(.ping(Ping(nonce: 1)))
        try await expectGoAway(.tooManyPings, after: [[UInt8]](repeating: ping, count: 5))
    }

    @Test func ignoresUnknownKinds() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            for _ in 0..<100 { try await peer.send(RawPeer.framed([11 << 3 | 2, 0])) }
            try await peer.send(.request(try Request(1, TestHandlers.echo.name, Metadata(key: "k"))))
            #expect(try await peer.response().callID == 1)
        }
    }

    @Test func refusesFramesOfCallsThatNeverWere() async throws {
        try await expectGoAway(.protocolError, after: [try RawPeer.bytes(.cancel(Cancel(callID: 1)))])
    }

    @Test func waitsForHelloForAWhileOnly() async throws {
        var limits = TestServer.limits
        limits.helloTimeout = .milliseconds(100)
        try await withServer(limits: limits) { test in
            let peers = try (0..<20).map { _ in try RawPeer(test.endpoint) }
            for peer in peers { #expect(try await peer.goAway() == .timeout) }
            try await eventually("silent connections stay") { test.server.connectionCount == 0 }
        }
    }

    @Test func endsAnIdleConnection() async throws {
        var limits = TestServer.limits
        limits.idle = .milliseconds(100)
        try await withServer(limits: limits) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            #expect(try await peer.goAway() == .idle)
        }
    }

    @Test func endsAConnectionThatDoesNotAnswerPings() async throws {
        var limits = TestServer.limits
        limits.keepalive = .milliseconds(50)
        try await withServer(limits: limits) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            var pings = 0
            var code: GoAway.Code?
            while let kind = try await peer.frame() {
                if case .ping = kind { pings += 1 }
                if case .goAway(let goAway) = kind { code = goAway.code }
            }
            #expect(pings == 2)
            #expect(code == .timeout)
        }
    }

    @Test func refusesConnectionsOverTheLimit() async throws {
        var limits = TestServer.limits
        limits.connections = 2
        try await withServer(limits: limits) { test in
            let peers = try (0..<2).map { _ in try RawPeer(test.endpoint) }
            try await eventually("two connections") { test.server.connectionCount == 2 }
            #expect(try await RawPeer(test.endpoint).goAway() == .enhanceYourCalm)
            try await peers[0].sendHello()
            guard case .hello = try await peers[0].frame() else {
                Issue.record("a connection within the limit is not served")
                return
            }
        }
    }

    @Test func strangersMakeRoomForEachOther() async throws {
        var limits = TestServer.limits
        limits.connections = 32
        try await withServer(limits: limits, tcp: true) { test in
            let known = try RawPeer(test.endpoint)
            try await known.sendHello(token: "secret")
            #expect(try await isServed(known))
            var strangers: [RawPeer] = []
            for _ in 0..<3 {
                let stranger = try RawPeer(test.endpoint)
                try await stranger.sendHello()
                #expect(try await isServed(stranger))
                strangers.append(stranger)
            }
            // Two of 32 places are for them.
            #expect(try await strangers[0].goAway() == .enhanceYourCalm)
            for peer in strangers.dropFirst() + [known] {
                try await peer.send(.request(try Request(1, TestHandlers.check.name, Ping(nonce: 1))))
                #expect(try await peer.response().status == Status())
            }
        }
    }

    @Test func keepsPlacesForTheUnixSocket() async throws {
        var limits = TestServer.limits
        limits.connections = 8
        try await withFolder { folder in
            let test = try await TestServer.start(on: .unix(path: folder + "/socket"), limits: limits)
            let tcp = try await test.server.listen(on: .tcp(host: "127.0.0.1", port: 0))
            var peers: [RawPeer] = []
            for _ in 0..<6 {
                let peer = try RawPeer(tcp)
                try await peer.sendHello(token: "secret")
                #expect(try await isServed(peer))
                peers.append(peer)
            }
            #expect(try await RawPeer(tcp).goAway() == .enhanceYourCalm)
            for _ in 0..<2 {
                let peer = try RawPeer(test.endpoint)
                try await peer.sendHello()
                #expect(try await isServed(peer))
                peers.append(peer)
            }
            #expect(try await RawPeer(test.endpoint).goAway() == .enhanceYourCalm)
            await test.stop()
        }
    }

    @Test func acceptsAgainOnceThereAreSockets() async throws {
        var limits = TestServer.limits
        limits.connections = 2
        try await withServer(limits: limits) { test in
            for _ in 0..<3 {
                #expect(try await served(of: 40, by: test) == 2)
                try await eventually("connections stay") { test.server.connectionCount == 0 }
            }
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            #expect(try await isServed(peer))
        }
    }

    /// Whether the server's Hello comes.
    private func isServed(_ peer: RawPeer) async throws -> Bool {
        if case .hello = try await peer.frame(within: .seconds(60)) { true } else { false }
    }

    /// Connections that come at once; those that are not served learn it as there are sockets to accept them.
    private func served(of count: Int, by test: TestServer) async throws -> Int {
        let peers = try (0..<count).map { _ in try RawPeer(test.endpoint) }
        var served = 0
        for peer in peers {
            // One that was refused may be gone already.
            try? await peer.sendHello()
            if try await isServed(peer) { served += 1 }
            #expect(test.server.connectionCount <= 2 + 4 + 4)
        }
        return served
    }

    @Test func survivesConnectionsThatEndAnywhere() async throws {
        try await withServer { test in
            let hello = try RawPeer.bytes(.hello(Hello(protocolVersions: [1])))
            let request = try RawPeer.bytes(
                .request(try Request(1, TestHandlers.echo.name, Metadata(key: "k", value: [1]))))
            let bytes = hello + request
            for count in 0...bytes.count {
                let peer = try RawPeer(test.endpoint)
                try await peer.send(Array(bytes[..<count]))
            }
            try await eventually("connections that ended stay") { test.server.connectionCount == 0 }
            let peer = try RawPeer(test.endpoint)
            try await peer.send(bytes)
            #expect(try await peer.response().status == Status())
        }
    }

    private func expectGoAway(
        _ code: GoAway.Code, after frames: [[UInt8]], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send(Array(frames.joined()))
            #expect(try await peer.goAway() == code, sourceLocation: sourceLocation)
            try await eventually("the connection is still there") { test.server.connectionCount == 0 }
        }
    }
}
