public import ProtobufC

/// Bytes that a frame carries: a message that is packed where it belongs, or bytes that are there.
public enum FramePayload {
    case none
    case message(PreparedMessage)
    case bytes([UInt8])

    /// Length on the wire.
    public var byteCount: Int {
        switch self {
        case .none: 0
        case .message(let message): message.byteCount
        case .bytes(let bytes): bytes.count
        }
    }

    func write(with writer: inout FrameWriter) {
        switch self {
        case .none:
            break
        case .message(let message):
            guard let memory = writer.take(message.byteCount) else { return }
            message.pack(into: memory)
        case .bytes(let bytes):
            bytes.withUnsafeBytes { writer.bytes($0) }
        }
    }
}
