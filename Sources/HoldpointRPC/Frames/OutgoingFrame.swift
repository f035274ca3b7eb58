/// A frame to send: knows its size, and writes itself with its length in front.
public enum OutgoingFrame {
    /// A `Hello` message.
    case hello(FramePayload)
    case request(OutgoingRequest)
    /// No status: OK.
    case response(callID: UInt32, status: FramePayload, payload: FramePayload)
    case streamItem(callID: UInt32, payload: FramePayload)
    case endOfStream(callID: UInt32)
    case cancel(callID: UInt32)
    case windowUpdate(callID: UInt32, bytes: UInt32)
    case ping(nonce: UInt64)
    case pong(nonce: UInt64)
    /// A `GoAway` message.
    case goAway(FramePayload)

    /// Number of the kind in `Frame`.
    private var kind: UInt8 {
        switch self {
        case .hello: 1
        case .request: 2
        case .response: 3
        case .streamItem: 4
        case .endOfStream: 5
        case .cancel: 6
        case .windowUpdate: 7
        case .ping: 8
        case .pong: 9
        case .goAway: 10
        }
    }

    /// Size of the kind's content.
    private var contentByteCount: Int {
        switch self {
        case .hello(let message), .goAway(let message): message.byteCount
        case .request(let request): request.byteCount
        case .response(let callID, let status, let payload):
            FrameWriter.varintFieldByteCount(UInt64(callID)) + FrameWriter.bytesFieldByteCount(status.byteCount)
                + Self.optionalFieldByteCount(payload)
        case .streamItem(let callID, let payload):
            FrameWriter.varintFieldByteCount(UInt64(callID)) + Self.optionalFieldByteCount(payload)
        case .endOfStream(let callID), .cancel(let callID): FrameWriter.varintFieldByteCount(UInt64(callID))
        case .windowUpdate(let callID, let bytes):
            FrameWriter.varintFieldByteCount(UInt64(callID)) + FrameWriter.varintFieldByteCount(UInt64(bytes))
        case .ping(let nonce), .pong(let nonce): FrameWriter.varintFieldByteCount(nonce)
        }
    }

    private static func optionalFieldByteCount(_ payload: FramePayload) -> Int {
        payload.byteCount == 0 ? 0 : FrameWriter.bytesFieldByteCount(payload.byteCount)
    }

    /// The frame's length N, which the peer's limit is about.
    public var frameByteCount: Int { FrameWriter.bytesFieldByteCount(contentByteCount) }

    /// Length with the four bytes in front.
    public var byteCount: Int { FrameLength.byteCount + frameByteCount }

    /// Writes `byteCount` bytes at the start of the memory, which must have as many.
    ///
    /// - Returns: whether the frame was written exactly.
    @discardableResult
    public func write(into memory: UnsafeMutableRawBufferPointer) -> Bool {
        let content = contentByteCount
        let frame = FrameWriter.bytesFieldByteCount(content)
        guard memory.count >= FrameLength.byteCount + frame else { return false }
        var writer = FrameWriter(
            UnsafeMutableRawBufferPointer(rebasing: memory[..<(FrameLength.byteCount + frame)]))
        writer.bigEndian(UInt32(truncatingIfNeeded: frame))
        writer.bytesHeader(kind, byteCount: content)
        writeContent(with: &writer)
        return writer.isComplete && writer.leftByteCount == 0
    }

    private func writeContent(with writer: inout FrameWriter) {
        switch self {
        case .hello(let message), .goAway(let message):
            message.write(with: &writer)
        case .request(let request):
            request.write(with: &writer)
        case .response(let callID, let status, let payload):
            writer.varintField(1, UInt64(callID))
            writer.bytesHeader(2, byteCount: status.byteCount)
            status.write(with: &writer)
            Self.write(payload, number: 3, with: &writer)
        case .streamItem(let callID, let payload):
            writer.varintField(1, UInt64(callID))
            Self.write(payload, number: 2, with: &writer)
        case .endOfStream(let callID), .cancel(let callID):
            writer.varintField(1, UInt64(callID))
        case .windowUpdate(let callID, let bytes):
            writer.varintField(1, UInt64(callID))
            writer.varintField(2, UInt64(bytes))
        case .ping(let nonce), .pong(let nonce):
            writer.varintField(1, nonce)
        }
    }

    private static func write(_ payload: FramePayload, number: UInt8, with writer: inout FrameWriter) {
        guard payload.byteCount > 0 else { return }
        writer.bytesHeader(number, byteCount: payload.byteCount)
        payload.write(with: &writer)
    }
}
