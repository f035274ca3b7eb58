/// The four bytes before a frame: its length, big-endian. A length of 0 or over the limit ends the connection.
public enum FrameLength {
    /// Size of the length itself.
    public static let byteCount = 4

    /// What the first bytes of the input say about the frame that they begin.
    public enum Reading: Hashable, Sendable {
        /// The length itself is not complete.
        case incomplete
        /// Zero.
        case empty
        /// Over the limit. Nothing is allocated for it.
        case tooLarge
        /// The frame's length in bytes; the frame need not have arrived.
        case frame(byteCount: Int)
    }

    public static func read(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Reading {
        guard bytes.count >= byteCount else { return .incomplete }
        let length = Int(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
        if length == 0 { return .empty }
        return length > limit ? .tooLarge : .frame(byteCount: length)
    }
}
