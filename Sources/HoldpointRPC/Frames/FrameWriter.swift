/// Writes protobuf's wire format into memory of a size that was computed before.
///
/// Safe: every write takes what it needs from `rest` after comparing; if the size was computed wrong the writer stops
/// writing and `isComplete` says so, which the tests assert for every kind of frame.
struct FrameWriter {
    private var rest: UnsafeMutableRawBufferPointer
    private(set) var isComplete = true

    init(_ memory: UnsafeMutableRawBufferPointer) {
        rest = memory
    }

    /// Bytes that are still free.
    var leftByteCount: Int { rest.count }

    mutating func bigEndian(_ value: UInt32) {
        guard let memory = take(4) else { return }
        memory.storeBytes(of: value.bigEndian, as: UInt32.self)
    }

    mutating func varint(_ value: UInt64) {
        guard let memory = take(Self.varintByteCount(value)) else { return }
        var value = value
        for index in 0..<(memory.count - 1) {
            memory[index] = UInt8(truncatingIfNeeded: value) | 0x80
            value >>= 7
        }
        memory[memory.count - 1] = UInt8(truncatingIfNeeded: value)
    }

    /// A field that is left out when it is zero, as proto3 does.
    mutating func varintField(_ number: UInt8, _ value: UInt64) {
        guard value != 0 else { return }
        varint(UInt64(number << 3))
        varint(value)
    }

    /// Tag and length; the content follows.
    mutating func bytesHeader(_ number: UInt8, byteCount: Int) {
        varint(UInt64(number << 3 | 2))
        varint(UInt64(byteCount))
    }

    mutating func bytes(_ bytes: UnsafeRawBufferPointer) {
        guard let memory = take(bytes.count) else { return }
        memory.copyMemory(from: bytes)
    }

    /// A string or bytes field that is left out when it is empty.
    mutating func bytesField(_ number: UInt8, _ content: UnsafeRawBufferPointer) {
        guard !content.isEmpty else { return }
        bytesHeader(number, byteCount: content.count)
        bytes(content)
    }

    /// The next bytes, to be filled by the caller; nil if there are not as many.
    mutating func take(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        guard count <= rest.count else {
            isComplete = false
            return nil
        }
        let memory = UnsafeMutableRawBufferPointer(rebasing: rest[..<count])
        rest = UnsafeMutableRawBufferPointer(rebasing: rest[count...])
        return memory
    }

    static func varintByteCount(_ value: UInt64) -> Int {
        // Seven bits a byte; zero takes one.
        (64 - (value | 1).leadingZeroBitCount + 6) / 7
    }

    static func varintFieldByteCount(_ value: UInt64) -> Int {
        value == 0 ? 0 : 1 + varintByteCount(value)
    }

    /// Of a field that is there even when it is empty.
    static func bytesFieldByteCount(_ count: Int) -> Int {
        1 + varintByteCount(UInt64(count)) + count
    }
}
