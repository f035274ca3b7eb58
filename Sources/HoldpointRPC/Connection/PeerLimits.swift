/// What the peer is ready to receive, from its Hello.
public struct PeerLimits: Hashable, Sendable {
    /// Largest frame.
    public var frameBytes: Int
    /// First credit of every stream towards it.
    public var streamWindowBytes: Int
    /// Calls in flight (server only).
    public var calls: Int

    /// What holds before the Hello has come.
    public static let beforeHello = PeerLimits(
        frameBytes: ProtocolLimits.frameBytesBeforeHello,
        streamWindowBytes: ProtocolLimits.streamWindowBytesBeforeHello, calls: ProtocolLimits.callsBeforeHello)

    init(frameBytes: Int, streamWindowBytes: Int, calls: Int) {
        self.frameBytes = frameBytes
        self.streamWindowBytes = streamWindowBytes
        self.calls = calls
    }

    /// - Throws: `PROTOCOL_ERROR` for limits out of range. Zero stands for the default.
    public init(_ hello: Hello) throws(ConnectionFault) {
        frameBytes = try Self.value(
            hello.maxFrameBytes, default: ProtocolLimits.defaultFrameBytes, in: ProtocolLimits.frameBytes,
            name: "max_frame_bytes")
        streamWindowBytes = try Self.value(
            hello.initialStreamWindow, default: ProtocolLimits.defaultStreamWindowBytes,
            in: ProtocolLimits.streamWindowBytes, name: "initial_stream_window")
        calls = hello.maxCalls == 0 ? ProtocolLimits.callsBeforeHello : Int(hello.maxCalls)
    }

    private static func value(
        _ announced: UInt32, default defaultValue: Int, in range: ClosedRange<Int>, name: String
    ) throws(ConnectionFault) -> Int {
        if announced == 0 { return defaultValue }
        guard range.contains(Int(announced)) else {
            throw ConnectionFault(.protocolError, "\(name) is not between \(range.lowerBound) and \(range.upperBound)")
        }
        return Int(announced)
    }
}
