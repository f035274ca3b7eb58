/// Checks that bytes are UTF-8 without NUL: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629).
///
/// protobuf-c accepts any bytes and loses what stands behind a NUL.
/// Unsafe for speed, eight bytes at a time; safe: every load lies within `byteCount`.
enum TextCheck {
    static func check(_ start: UnsafeRawPointer, byteCount: Int) throws(WireFault) {
        var index = 0
        while index < byteCount {
            if byteCount - index >= 8, isPlain((start + index).loadUnaligned(as: UInt64.self)) {
                index += 8
            } else {
                index += try characterLength(start + index, remaining: byteCount - index)
            }
        }
    }

    /// Eight bytes of ASCII, none of them NUL.
    private static func isPlain(_ word: UInt64) -> Bool {
        let highBits: UInt64 = 0x8080_8080_8080_8080
        let zeroBytes = (word &- 0x0101_0101_0101_0101) & ~word & highBits
        return word & highBits == 0 && zeroBytes == 0
    }

    /// Length of the character at `start`, bytes; `remaining` is at least 1.
    private static func characterLength(_ start: UnsafeRawPointer, remaining: Int) throws(WireFault) -> Int {
        let first = start.load(as: UInt8.self)
        guard first != 0 else { throw .nul }
        if first < 0x80 { return 1 }
        let (length, second) = try form(first)
        guard length <= remaining, second.contains((start + 1).load(as: UInt8.self)) else { throw .notUTF8 }
        for offset in 2..<max(2, length) where (start + offset).load(as: UInt8.self) & 0xc0 != 0x80 {
            throw .notUTF8
        }
        return length
    }

    /// Length and legal second byte by first byte: table 3-7 of the Unicode Standard.
    private static func form(_ first: UInt8) throws(WireFault) -> (length: Int, second: ClosedRange<UInt8>) {
        switch first {
        case 0xc2...0xdf: (2, 0x80...0xbf)
        case 0xe0: (3, 0xa0...0xbf)
        case 0xed: (3, 0x80...0x9f)
        case 0xe1...0xef: (3, 0x80...0xbf)
        case 0xf0: (4, 0x90...0xbf)
        case 0xf1...0xf3: (4, 0x80...0xbf)
        case 0xf4: (4, 0x80...0x8f)
        default: throw .notUTF8
        }
    }
}
