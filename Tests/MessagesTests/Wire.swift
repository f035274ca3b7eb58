/// Bytes on the wire, made by hand: what no well-behaved library would send.
enum Wire {
    static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func tag(_ number: UInt64, _ type: UInt64) -> [UInt8] {
        varint(number << 3 | type)
    }

    static func varint(field number: UInt64, _ value: UInt64) -> [UInt8] {
        tag(number, 0) + varint(value)
    }

    static func bytes(field number: UInt64, _ content: [UInt8]) -> [UInt8] {
        tag(number, 2) + varint(UInt64(content.count)) + content
    }

    static func text(field number: UInt64, _ text: String) -> [UInt8] {
        bytes(field: number, Array(text.utf8))
    }

    /// As many copies of a pattern as fit into 4 MiB.
    static func bomb(_ pattern: [UInt8]) -> [UInt8] {
        let copies = (4 << 20) / pattern.count
        return Array(repeatElement(pattern, count: copies).joined())
    }
}
