internal import HoldpointRPC
internal import NIOCore

/// Gathers the frames of a turn, so that they are one write.
struct OutboundBuffer {
    /// Room for a turn's first frames, and at most the room that a turn begins with.
    private static let capacities = 1 << 10...64 << 10

    private var buffer = ByteBuffer()
    /// What the last turn needed; the next one probably needs as much.
    private var expectedByteCount = capacities.lowerBound

    var byteCount: Int { buffer.readableBytes }

    mutating func append(_ frame: OutgoingFrame) {
        let count = frame.byteCount
        if buffer.capacity == 0 { buffer.reserveCapacity(max(count, expectedByteCount)) }
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            // Safe: NIO lends at least `count` bytes for the closure's time.
            frame.write(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count])) ? count : 0
        }
    }

    /// What was gathered; nil: nothing.
    mutating func take() -> ByteBuffer? {
        guard buffer.readableBytes > 0 else { return nil }
        defer { buffer = ByteBuffer() }
        expectedByteCount = min(max(buffer.readableBytes, Self.capacities.lowerBound), Self.capacities.upperBound)
        return buffer
    }
}
