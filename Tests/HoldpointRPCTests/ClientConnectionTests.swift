import HoldpointRPC
import Testing

@Suite struct ClientConnectionTests {
    private let now = ContinuousClock.now

    @Test func assumesSmallLimitsBeforeHello() {
        var connection = ClientConnection.fresh(now: now)
        #expect(connection.admission(frameByteCount: 64 << 10) == .start)
        #expect(connection.admission(frameByteCount: 64 << 10 | 1) == .wait)
        for _ in 0..<100 { _ = connection.start(isStream: false) }
        #expect(connection.admission(frameByteCount: 1) == .wait)
    }

    @Test func takesTheServersLimits() throws {
        var connection = try ClientConnection.open(calls: 2, now: now)
        #expect(connection.admission(frameByteCount: 4 << 20) == .start)
        #expect(connection.admission(frameByteCount: 4 << 20 | 1) == .tooLarge)
        #expect(connection.start(isStream: false) == 1)
        #expect(connection.start(isStream: false) == 2)
        #expect(connection.admission(frameByteCount: 1) == .wait)
        guard case .response(1) = try connection.take(.response(Response(callID: 1)), now: now) else {
            Issue.record("the response was not delivered")
            return
        }
        #expect(connection.admission(frameByteCount: 1) == .start)
    }

    @Test func keepsTheSlotOfACancelledCallUntilItsResponse() throws {
        var connection = try ClientConnection.open(calls: 1, now: now)
        let callID = connection.start(isStream: false)
        #expect(connection.cancel(callID) == true)
        #expect(connection.cancel(callID) == false)
        #expect(connection.admission(frameByteCount: 1) == .wait)
        guard case .slotFreed = try connection.take(.response(Response(callID: callID)), now: now) else {
            Issue.record("the response to a cancelled call was delivered")
            return
        }
        #expect(connection.admission(frameByteCount: 1) == .start)
    }

    @Test func movesOnAfterTheLastID() {
        var connection = ClientConnection.fresh(firstCallID: ProtocolLimits.lastCallID, now: now)
        #expect(connection.start(isStream: false) == ProtocolLimits.lastCallID)
        #expect(connection.admission(frameByteCount: 1) == .elsewhere)
    }

    @Test func namesCallsThatWereNotStarted() throws {
        var connection = try ClientConnection.open(now: now)
        for _ in 0..<4 { _ = connection.start(isStream: false) }
        let goAway = GoAway(lastCallID: 2, code: .shutdown, message: "")
        guard case .goAway(_, let notStarted) = try connection.take(.goAway(goAway), now: now) else {
            Issue.record("no action for a GoAway")
            return
        }
        #expect(notStarted == [3, 4])
        #expect(connection.admission(frameByteCount: 1) == .elsewhere)
        #expect(connection.liveCallCount == 2)
        // A late answer to one of them is dropped.
        guard case .none = try connection.take(.response(Response(callID: 3)), now: now) else {
            Issue.record("an answer to a call that was moved")
            return
        }
    }

    @Test func refusesWhatAServerMayNotSend() throws {
        let kinds: [Frame.Kind] = [
            Wire.request(1), .cancel(Cancel(callID: 1)), .endOfStream(EndOfStream(callID: 1)),
            .hello(Hello(protocolVersions: [1])), .response(Response(callID: 1)),
            .streamItem(StreamItem(callID: 1)), .response(Response(callID: 0)),
        ]
        for kind in kinds {
            var connection = try ClientConnection.open(now: now)
            #expect(connection.fault(kind, now: now) == .protocolError)
        }
    }

    @Test func refusesAnItemForAUnaryCall() throws {
        var connection = try ClientConnection.open(now: now)
        let callID = connection.start(isStream: false)
        #expect(connection.fault(.streamItem(StreamItem(callID: callID)), now: now) == .protocolError)
    }

    @Test func refusesItemsWithoutCredit() throws {
        var connection = try ClientConnection.open(now: now)
        let callID = connection.start(isStream: true)
        let item = Frame.Kind.streamItem(StreamItem(callID: callID, payload: .init(repeating: 0, count: 1 << 20)))
        #expect(connection.fault(item, now: now) == nil)
        #expect(connection.fault(item, now: now) == .protocolError)
    }

    @Test func refusesItemsWithoutCreditOfAStreamThatItGaveUp() throws {
        var connection = try ClientConnection.open(now: now)
        let callID = connection.start(isStream: true)
        _ = connection.cancel(callID)
        #expect(connection.fault(Wire.item(callID, byteCount: 1 << 20), now: now) == nil)
        #expect(connection.fault(Wire.item(callID, byteCount: 0), now: now) == .protocolError)
    }

    @Test func limitsItemsOfEndedCalls() throws {
        var connection = try ClientConnection.open(now: now)
        let callID = connection.start(isStream: true)
        _ = try connection.take(.response(Response(callID: callID)), now: now)
        #expect(connection.fault(Wire.item(callID, byteCount: 1 << 20), now: now) == nil)
        #expect(connection.fault(Wire.item(callID, byteCount: 0), now: now) == .enhanceYourCalm)
    }

    @Test func givesCreditBackByHalves() throws {
        var connection = try ClientConnection.open(now: now)
        let callID = connection.start(isStream: true)
        let item = Frame.Kind.streamItem(StreamItem(callID: callID, payload: .init(repeating: 0, count: 300_000 - 64)))
        _ = try connection.take(item, now: now)
        _ = try connection.take(item, now: now)
        #expect(connection.consumed(callID, bytes: 300_000) == nil)
        #expect(connection.consumed(callID, bytes: 300_000) == 600_000)
    }

    @Test func wantsHelloFirst() {
        var connection = ClientConnection.fresh(now: now)
        #expect(connection.fault(.pong(Pong(nonce: 1)), now: now) == .protocolError)
        var other = ClientConnection.fresh(now: now)
        #expect(other.fault(.goAway(GoAway(lastCallID: 0, code: .version, message: "")), now: now) == nil)
    }

    @Test func refusesAVersionThatWasNotOffered() {
        var connection = ClientConnection.fresh(now: now)
        #expect(connection.fault(.hello(Hello(protocolVersions: [2])), now: now) == .version)
    }
}
