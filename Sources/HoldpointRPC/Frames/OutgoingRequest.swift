/// The fields of a `Request` to send.
public struct OutgoingRequest: Sendable {
    public var callID: UInt32
    public var method: String
    /// 0: none.
    public var timeoutMilliseconds: UInt32
    public var metadata: [Metadata]
    public var payload: [UInt8]
    /// The requests come as items.
    public var isStreaming: Bool

    public init(
        callID: UInt32, method: String, timeoutMilliseconds: UInt32 = 0, metadata: [Metadata] = [],
        payload: [UInt8] = [], isStreaming: Bool = false
    ) {
        self.callID = callID
        self.method = method
        self.timeoutMilliseconds = timeoutMilliseconds
        self.metadata = metadata
        self.payload = payload
        self.isStreaming = isStreaming
    }

    var byteCount: Int {
        var count = FrameWriter.varintFieldByteCount(UInt64(callID))
        count += Self.optionalFieldByteCount(method.utf8.count)
        count += FrameWriter.varintFieldByteCount(UInt64(timeoutMilliseconds))
        for entry in metadata { count += FrameWriter.bytesFieldByteCount(Self.byteCount(entry)) }
        count += Self.optionalFieldByteCount(payload.count)
        return count + FrameWriter.varintFieldByteCount(isStreaming ? 1 : 0)
    }

    func write(with writer: inout FrameWriter) {
        writer.varintField(1, UInt64(callID))
        Self.write(method, number: 2, with: &writer)
        writer.varintField(3, UInt64(timeoutMilliseconds))
        for entry in metadata {
            writer.bytesHeader(4, byteCount: Self.byteCount(entry))
            Self.write(entry.key, number: 1, with: &writer)
            entry.value.withUnsafeBytes { writer.bytesField(2, $0) }
        }
        payload.withUnsafeBytes { writer.bytesField(5, $0) }
        writer.varintField(6, isStreaming ? 1 : 0)
    }

    private static func write(_ text: String, number: UInt8, with writer: inout FrameWriter) {
        var text = text
        text.withUTF8 { writer.bytesField(number, UnsafeRawBufferPointer($0)) }
    }

    private static func byteCount(_ entry: Metadata) -> Int {
        optionalFieldByteCount(entry.key.utf8.count) + optionalFieldByteCount(entry.value.count)
    }

    private static func optionalFieldByteCount(_ count: Int) -> Int {
        count == 0 ? 0 : FrameWriter.bytesFieldByteCount(count)
    }
}
