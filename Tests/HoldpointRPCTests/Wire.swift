import ProtobufC
import Testing

@testable import HoldpointRPC

/// Frames for the bare state machines: built with the generated messages, lent as views.
enum Wire {
    static func view<Result>(_ kind: Frame.Kind, _ body: (IncomingFrame, Int) throws -> Result) throws -> Result {
        let bytes = try Frame(kind: kind).serialized()
        return try bytes.withUnsafeBytes { try body(try FrameParser.parse($0), bytes.count) }
    }

    static func hello(versions: [UInt32] = [1], token: String = "", frameBytes: UInt32 = 0, window: UInt32 = 0)
        -> Frame.Kind
    {
        .hello(
            Hello(
                protocolVersions: versions, maxFrameBytes: frameBytes, token: token, initialStreamWindow: window))
    }

    static func request(_ callID: UInt32) -> Frame.Kind {
        .request(Request(callID: callID, method: "test.Echo/Echo"))
    }

    static func item(_ callID: UInt32, byteCount: Int) -> Frame.Kind {
        .streamItem(StreamItem(callID: callID, payload: .init(repeating: 0, count: byteCount)))
    }

    static func unknown() -> [UInt8] { [11 << 3 | 2, 0] }
}

extension ServerConnection {
    /// Past the Hello, with a credential.
    static func open(
        limits: ServerLimits = ServerLimits(), now: ContinuousClock.Instant, window: UInt32 = 0
    ) throws -> ServerConnection {
        var connection = ServerConnection(limits: limits, now: now)
        _ = try connection.take(Wire.hello(window: window), now: now)
        _ = try connection.authenticated(principal: "admin", software: "test")
        return connection
    }

    mutating func take(_ kind: Frame.Kind, now: ContinuousClock.Instant) throws -> Action {
        try Wire.view(kind) { frame, count in try receive(frame, frameByteCount: count, now: now) }
    }

    /// The code with which a frame ends the connection; nil: it does not.
    mutating func fault(_ kind: Frame.Kind, now: ContinuousClock.Instant) -> GoAway.Code? {
        do {
            _ = try take(kind, now: now)
            return nil
        } catch {
            return (error as? ConnectionFault)?.code
        }
    }
}

extension ClientConnection {
    static func fresh(
        firstCallID: UInt32 = 1, keepalive: Duration? = nil, window: Int = 1 << 20, now: ContinuousClock.Instant
    ) -> ClientConnection {
        ClientConnection(
            streamWindowBytes: window, keepalive: keepalive, helloTimeout: .seconds(10), firstCallID: firstCallID,
            now: now)
    }

    static func open(calls: UInt32 = 1_024, now: ContinuousClock.Instant) throws -> ClientConnection {
        var connection = fresh(now: now)
        _ = try connection.take(.hello(Hello(protocolVersions: [1], maxCalls: calls)), now: now)
        return connection
    }

    mutating func take(_ kind: Frame.Kind, now: ContinuousClock.Instant) throws -> Action {
        try Wire.view(kind) { frame, _ in try receive(frame, now: now) }
    }

    mutating func fault(_ kind: Frame.Kind, now: ContinuousClock.Instant) -> GoAway.Code? {
        do {
            _ = try take(kind, now: now)
            return nil
        } catch {
            return (error as? ConnectionFault)?.code
        }
    }
}
