internal import HoldpointRPC
internal import NIOCore

/// Gathers the frames of a turn, so that they are one write.
struct OutboundBuffer {
    private var buffer = ByteBuffer()

    var byteCount: Int { buffer.readableBytes }

    mutating func append(_ frame: OutgoingFrame) {
        let count = frame.byteCount
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            // Safe: NIO lends at least `count` bytes for the closure's time.
            frame.write(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count])) ? count : 0
        }
    }

    /// What was gathered; nil: nothing.
    mutating func take() -> ByteBuffer? {
        guard buffer.readableBytes > 0 else { return nil }
        defer { buffer = ByteBuffer() }
        return buffer
    }
}
