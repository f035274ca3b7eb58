import Testing

@testable import HoldpointRPC

/// Streams of requests in the state machines of both sides.
@Suite struct RequestStreamTests {
    private let now = ContinuousClock.now

    private func open() throws -> ServerConnection {
        var connection = try ServerConnection.open(now: now)
        let request = Request(callID: 1, method: "test.Echo/Sum", streaming: true)
        guard case .start(1) = try connection.take(.request(request), now: now) else {
            throw RPCError(.internal, "the stream was not started")
        }
        return connection
    }

    @Test func itemsComeUntilTheEndOfTheStream() throws {
        var connection = try open()
        guard case .item(1) = try connection.take(Wire.item(1, byteCount: 10), now: now),
            case .endOfRequests(1) = try connection.take(.endOfStream(EndOfStream(callID: 1)), now: now)
        else {
            Issue.record("an item or the end was not told")
            return
        }
        // A second end says nothing new; an item behind it is a fault.
        guard case .none = try connection.take(.endOfStream(EndOfStream(callID: 1)), now: now) else {
            Issue.record("the end was told twice")
            return
        }
        #expect(connection.fault(Wire.item(1, byteCount: 1), now: now) == .protocolError)
    }

    @Test func itemsOfAWholeRequestAreAFault() throws {
        var connection = try ServerConnection.open(now: now)
        _ = try connection.take(Wire.request(1), now: now)
        #expect(connection.fault(Wire.item(1, byteCount: 1), now: now) == .protocolError)
    }

    @Test func heldItemsAreCountedUntilTheyAreTakenOrTheCallEnds() throws {
        var connection = try open()
        let request = connection.liveRequestBytes
        for _ in 1...3 { _ = try connection.take(Wire.item(1, byteCount: 1_000), now: now) }
        #expect(connection.liveRequestBytes == request + 3 * 1_064)
        _ = connection.consumed(1, bytes: 1_064)
        #expect(connection.liveRequestBytes == request + 2 * 1_064)
        _ = connection.answer(1, now: now)
        connection.handlerEnded(1)
        #expect(connection.liveRequestBytes == 0 && connection.liveCallCount == 0)
        #expect(connection.consumed(1, bytes: 1_064) == nil && connection.liveRequestBytes == 0)
    }

    /// Who began before our Hello believes in less credit than we announce, and goes on nevertheless.
    @Test func creditComesBackBeforeTheSmallestWindowIsUsedUp() throws {
        var connection = try open()
        var owed = 0
        let cost = 1_064
        for _ in 0..<(ProtocolLimits.streamWindowBytesBeforeHello / cost) {
            _ = try connection.take(Wire.item(1, byteCount: 1_000), now: now)
            owed += Int(connection.consumed(1, bytes: cost) ?? 0)
        }
        #expect(owed >= ProtocolLimits.streamWindowBytesBeforeHello / 2)
    }

    @Test func itemsWithoutCreditAreAFault() throws {
        var connection = try open()
        let item = Wire.item(1, byteCount: ProtocolLimits.defaultStreamWindowBytes)
        #expect(connection.fault(item, now: now) == nil)
        #expect(connection.fault(Wire.item(1, byteCount: 1), now: now) == .protocolError)
    }

    @Test func anAnsweredCallTakesNoMore() throws {
        var connection = try open()
        _ = connection.answer(1, now: now)
        guard case .none = try connection.take(Wire.item(1, byteCount: 10), now: now),
            case .none = try connection.take(.endOfStream(EndOfStream(callID: 1)), now: now)
        else {
            Issue.record("an answered call got an item")
            return
        }
        #expect(connection.callsWithOpenRequests.isEmpty)
    }

    @Test func theClientSendsWithinTheServersCredit() throws {
        var client = ClientConnection(streamWindowBytes: 1 << 20, keepalive: nil, helloTimeout: .seconds(1), now: now)
        _ = try client.take(Wire.hello(window: 1 << 16), now: now)
        let callID = client.start(isStream: false, streamsRequests: true)
        #expect(client.allowsItem(callID))
        client.itemSent(callID, payloadByteCount: 1 << 16)
        #expect(!client.allowsItem(callID))
        let update = WindowUpdate(callID: callID, bytes: 65)
        guard case .resume(callID) = try client.take(.windowUpdate(update), now: now) else {
            Issue.record("the credit was not told")
            return
        }
        #expect(client.allowsItem(callID))
        #expect(client.fault(.windowUpdate(WindowUpdate(callID: callID)), now: now) == .protocolError)
    }
}
