internal import HoldpointRPC
internal import NIOCore

/// Received bytes that are not yet frames.
struct FrameInput {
    /// A rest up to this size is copied out of the large buffer that the socket was read into.
    private static let smallRest = 4 << 10

    private var buffer = ByteBuffer()

    /// Bytes held: an incomplete frame, or frames that may not be taken yet.
    var byteCount: Int { buffer.readableBytes }

    mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            var bytes = bytes
            buffer.writeBuffer(&bytes)
        }
    }

    /// Gives the bytes away to be read; `restore` takes back what is left.
    mutating func take() -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }

    mutating func restore(_ rest: ByteBuffer) {
        guard rest.readableBytes > 0 else { return }
        if rest.readableBytes <= Self.smallRest && rest.capacity > 2 * Self.smallRest {
            buffer = ByteBuffer(bytes: rest.readableBytesView)
        } else {
            buffer = rest
            buffer.discardReadBytes()
        }
    }

    mutating func discard() {
        buffer = ByteBuffer()
    }
}
