import HoldpointRPC
import Testing

@Suite struct ServerConnectionTests {
    private let now = ContinuousClock.now

    @Test func wantsHelloFirst() throws {
        for kind in [Wire.request(1), .ping(Ping(nonce: 1)), .cancel(Cancel(callID: 1))] {
            var connection = ServerConnection(limits: ServerLimits(), now: now)
            #expect(connection.fault(kind, now: now) == .protocolError)
        }
    }

    @Test func refusesASecondHello() throws {
        var connection = try ServerConnection.open(now: now)
        #expect(connection.fault(Wire.hello(), now: now) == .protocolError)
    }

    @Test func refusesOtherVersions() {
        for versions in [[], [2], [0, 2, .max]] as [[UInt32]] {
            var connection = ServerConnection(limits: ServerLimits(), now: now)
            #expect(connection.fault(Wire.hello(versions: versions), now: now) == .version)
        }
    }

    @Test func answersTheCommonVersionAndItsOwnLimits() throws {
        var connection = ServerConnection(limits: ServerLimits(), now: now)
        _ = try connection.take(Wire.hello(versions: [3, 1]), now: now)
        let hello = try connection.authenticated(principal: "admin", software: "test/1")
        #expect(hello.protocolVersions == [1])
        #expect(hello.maxFrameBytes == 4 << 20)
        #expect(hello.maxCalls == 1_024)
        #expect(hello.token.isEmpty)
    }

    @Test func refusesLimitsOutOfRange() {
        for kind in [
            Wire.hello(frameBytes: 65_535), Wire.hello(frameBytes: 64 << 20 | 1), Wire.hello(window: 65_535),
            Wire.hello(window: 16 << 20 | 1),
        ] {
            var connection = ServerConnection(limits: ServerLimits(), now: now)
            #expect(connection.fault(kind, now: now) == .protocolError)
        }
    }

    @Test func refusesATokenOfNobody() throws {
        var connection = ServerConnection(limits: ServerLimits(), now: now)
        _ = try connection.take(Wire.hello(token: "wrong"), now: now)
        #expect {
            try connection.authenticated(principal: nil, software: "test")
        } throws: { ($0 as? ConnectionFault)?.code == .unauthenticated }
    }

    @Test func takesLargeFramesOnlyWithACredential() throws {
        var connection = ServerConnection(limits: ServerLimits(), now: now)
        #expect(connection.frameByteLimit == 16 << 10)
        _ = try connection.take(Wire.hello(), now: now)
        let hello = try connection.authenticated(principal: nil, software: "test")
        #expect(connection.frameByteLimit == 64 << 10)
        #expect(hello.maxFrameBytes == 64 << 10)
    }

    @Test func wantsRisingCallIDs() throws {
        for (first, second) in [(1, 1), (5, 4), (5, 0), (1, UInt32(Int32.max) + 1), (1, .max)] as [(UInt32, UInt32)] {
            var connection = try ServerConnection.open(now: now)
            #expect(connection.fault(Wire.request(first), now: now) == nil)
            #expect(connection.fault(Wire.request(second), now: now) == .protocolError)
        }
    }

    @Test func freesASlotOnlyAfterAnswerAndHandler() throws {
        for answersFirst in [true, false] {
            var connection = try ServerConnection.open(now: now)
            _ = try connection.take(Wire.request(1), now: now)
            if answersFirst { #expect(connection.answer(1, now: now) == true) } else { connection.handlerEnded(1) }
            #expect(connection.liveCallCount == 1)
            if answersFirst { connection.handlerEnded(1) } else { #expect(connection.answer(1, now: now) == true) }
            #expect(connection.liveCallCount == 0)
            #expect(connection.liveRequestBytes == 0)
        }
    }

    @Test func letsTheFirstOutcomeWin() throws {
        var connection = try ServerConnection.open(now: now)
        _ = try connection.take(Wire.request(1), now: now)
        #expect(connection.answer(1, now: now) == true)
        #expect(connection.answer(1, now: now) == false)
        guard case .none = try connection.take(.cancel(Cancel(callID: 1)), now: now) else {
            Issue.record("an answered call was cancelled")
            return
        }
    }

    @Test func refusesCallsOverTheLimitAndLives() throws {
        var limits = ServerLimits()
        limits.calls = 2
        var connection = try ServerConnection.open(limits: limits, now: now)
        for callID in 1...2 as ClosedRange<UInt32> { _ = try connection.take(Wire.request(callID), now: now) }
        guard case .refuse(3, let error) = try connection.take(Wire.request(3), now: now) else {
            Issue.record("the third call was not refused")
            return
        }
        #expect(error.code == .resourceExhausted)
        #expect(error.reason == RPCReason.overloaded)
        #expect(connection.answer(1, now: now) == true)
        connection.handlerEnded(1)
        guard case .start(4) = try connection.take(Wire.request(4), now: now) else {
            Issue.record("the freed slot was not used")
            return
        }
    }

    @Test func limitsItemsOfEndedCalls() throws {
        var connection = try ServerConnection.open(now: now)
        _ = try connection.take(Wire.request(1), now: now)
        _ = connection.answer(1, now: now)
        connection.handlerEnded(1)
        let item = Wire.item(1, byteCount: ProtocolLimits.droppedItemBytesPerSecond / 4)
        for second in 0..<3 {
            for _ in 0..<4 { #expect(connection.fault(item, now: now + .seconds(second)) == nil) }
        }
        #expect(connection.fault(item, now: now + .seconds(2.5)) == .enhanceYourCalm)
    }

    @Test func takesWhatWasOnItsWayToARefusedStream() throws {
        var connection = try ServerConnection.open(now: now)
        for callID in 1...3 as ClosedRange<UInt32> {
            let request = Request(callID: callID, method: "test.Echo/Echo", streaming: true)
            _ = try connection.take(.request(request), now: now)
            _ = connection.answer(callID, now: now)
            connection.handlerEnded(callID)
        }
        // All of its credit, and the last item over it by as much as a frame takes.
        for callID in 1...3 as ClosedRange<UInt32> {
            let item = Wire.item(callID, byteCount: ProtocolLimits.defaultStreamWindowBytes - 65)
            #expect(connection.fault(item, now: now) == nil)
            #expect(connection.fault(Wire.item(callID, byteCount: 4_000_000), now: now) == nil)
        }
        let more = Wire.item(3, byteCount: 1 << 20)
        #expect((0..<4).contains { _ in connection.fault(more, now: now) == .enhanceYourCalm })
    }

    @Test func limitsMetadata() throws {
        var connection = try ServerConnection.open(now: now)
        let fits = Request(
            callID: 1, method: "m", metadata: [Metadata(key: "k", value: .init(repeating: 0, count: 8_191))])
        let over = Request(
            callID: 2, method: "m", metadata: [Metadata(key: "k", value: .init(repeating: 0, count: 8_192))])
        guard case .start = try connection.take(.request(fits), now: now),
            case .refuse(2, let error) = try connection.take(.request(over), now: now)
        else {
            Issue.record("the limit of 8 KiB does not hold")
            return
        }
        #expect(error.reason == RPCReason.metadataTooLarge)
    }

    @Test func dropsFramesOfEndedCallsAndRefusesThoseOfFutureOnes() throws {
        let kinds: [(UInt32) -> Frame.Kind] = [
            { .cancel(Cancel(callID: $0)) }, { .streamItem(StreamItem(callID: $0)) },
            { .endOfStream(EndOfStream(callID: $0)) }, { .windowUpdate(WindowUpdate(callID: $0, bytes: 1)) },
        ]
        for kind in kinds {
            var connection = try ServerConnection.open(now: now)
            _ = try connection.take(Wire.request(7), now: now)
            _ = connection.answer(7, now: now)
            connection.handlerEnded(7)
            #expect(connection.fault(kind(7), now: now) == nil)
            #expect(connection.fault(kind(3), now: now) == nil)
            #expect(connection.fault(kind(8), now: now) == .protocolError)
            #expect(connection.fault(kind(0), now: now) == .protocolError)
        }
    }

    @Test func refusesAnItemForAWholeRequest() throws {
        var connection = try ServerConnection.open(now: now)
        _ = try connection.take(Wire.request(1), now: now)
        #expect(connection.fault(.streamItem(StreamItem(callID: 1)), now: now) == .protocolError)
    }

    @Test func countsCreditPerCall() throws {
        var connection = try ServerConnection.open(now: now, window: 65_536)
        _ = try connection.take(Wire.request(1), now: now)
        #expect(connection.allowsItem(1))
        connection.itemSent(1, payloadByteCount: 65_535 - 64)
        #expect(connection.allowsItem(1))
        connection.itemSent(1, payloadByteCount: 1_000)
        #expect(!connection.allowsItem(1))
        guard case .resume(1) = try connection.take(.windowUpdate(WindowUpdate(callID: 1, bytes: 2_000)), now: now)
        else {
            Issue.record("credit did not resume the call")
            return
        }
        #expect(connection.allowsItem(1))
    }

    @Test func refusesBadCredit() throws {
        for bytes in [0, .max, UInt32(Int32.max)] as [UInt32] {
            var connection = try ServerConnection.open(now: now)
            _ = try connection.take(Wire.request(1), now: now)
            #expect(connection.fault(.windowUpdate(WindowUpdate(callID: 1, bytes: bytes)), now: now) == .protocolError)
        }
    }

    @Test func allowsAThousandControlFramesASecond() throws {
        var connection = try ServerConnection.open(now: now)
        for _ in 0..<1_000 { #expect(connection.fault(.pong(Pong(nonce: 1)), now: now) == nil) }
        var later = connection
        #expect(connection.fault(.pong(Pong(nonce: 1)), now: now + .milliseconds(999)) == .enhanceYourCalm)
        #expect(later.fault(.pong(Pong(nonce: 1)), now: now + .seconds(1)) == nil)
    }

    @Test func takesACancelForEveryRequest() throws {
        var connection = try ServerConnection.open(now: now)
        for callID in 1...10_000 as ClosedRange<UInt32> {
            _ = try connection.take(Wire.request(callID), now: now)
            #expect(connection.fault(.cancel(Cancel(callID: callID)), now: now) == nil)
            _ = connection.answer(callID, now: now)
            connection.handlerEnded(callID)
        }
    }

    @Test func allowsOnePingASecond() throws {
        var connection = try ServerConnection.open(now: now)
        for second in 0..<10 {
            #expect(connection.fault(.ping(Ping(nonce: 1)), now: now + .seconds(second)) == nil)
        }
        let codes = (0..<4).map { _ in connection.fault(.ping(Ping(nonce: 1)), now: now + .seconds(10)) }
        #expect(codes.contains(.tooManyPings))
    }

    @Test func endsWithoutHello() throws {
        var connection = ServerConnection(limits: ServerLimits(), now: now)
        #expect(connection.nextCheck == now + .seconds(10))
        #expect(try connection.check(now: now + .seconds(9), isReadingPaused: false) == nil)
        #expect {
            try connection.check(now: now + .seconds(10), isReadingPaused: false)
        } throws: { ($0 as? ConnectionFault)?.code == .timeout }
    }

    @Test func endsWhenIdle() throws {
        var limits = ServerLimits()
        limits.idle = .seconds(5)
        limits.keepalive = nil
        var connection = try ServerConnection.open(limits: limits, now: now)
        _ = try connection.take(Wire.request(1), now: now)
        #expect(connection.nextCheck == nil)
        #expect(connection.answer(1, now: now + .seconds(7)) == true)
        connection.handlerEnded(1)
        // A ping is no activity.
        _ = try connection.take(.ping(Ping(nonce: 1)), now: now + .seconds(11))
        #expect(connection.nextCheck == now + .seconds(12))
        #expect {
            try connection.check(now: now + .seconds(12), isReadingPaused: false)
        } throws: { ($0 as? ConnectionFault)?.code == .idle }
    }

    @Test func refusesCallsWhileDraining() throws {
        var connection = try ServerConnection.open(now: now)
        _ = try connection.take(Wire.request(3), now: now)
        #expect(connection.drain() == 3)
        guard case .refuse(4, let error) = try connection.take(Wire.request(4), now: now) else {
            Issue.record("a call was started while draining")
            return
        }
        #expect(error.code == .unavailable)
        #expect(connection.lastCallID == 3)
        #expect(!connection.isDrained)
        _ = connection.answer(3, now: now)
        connection.handlerEnded(3)
        #expect(connection.isDrained)
    }

    @Test func ignoresUnknownKindsButCountsThem() throws {
        var connection = try ServerConnection.open(now: now)
        try Wire.unknown().withUnsafeBytes { bytes in
            let frame = try FrameParser.parse(bytes)
            for _ in 0..<1_000 { _ = try connection.receive(frame, frameByteCount: 2, now: now) }
            #expect {
                try connection.receive(frame, frameByteCount: 2, now: now)
            } throws: { ($0 as? ConnectionFault)?.code == .enhanceYourCalm }
        }
    }
}
