/// Reads protobuf's wire format in place from raw memory.
///
/// Unsafe for speed: a frame is read where the socket put it. Safe: `next` moves only forward, by amounts that were
/// compared with what is left, and no reader outlives the closure that lent the memory.
struct FrameReader {
    /// Unknown fields in one message, as the guard in ProtobufC counts them.
    static let unknownFieldLimit = 64
    /// Fields in one message of a frame.
    static let fieldLimit = 100_000

    private var next: UnsafeRawPointer?
    private var left: Int
    private var unknownFields = 0
    private var fields = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        next = bytes.baseAddress
        left = bytes.count
    }

    enum WireType: UInt8 {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case fixed32 = 5
    }

    struct Tag {
        var number: UInt32
        var type: WireType

        /// The type that the field is declared with, or the fault that it is not.
        func expect(_ declared: WireType) throws(FrameFault) {
            guard type == declared else { throw .wrongWireType }
        }
    }

    /// The next field, or nil at the end.
    mutating func tag() throws(FrameFault) -> Tag? {
        guard left > 0 else { return nil }
        fields += 1
        guard fields <= Self.fieldLimit else { throw .tooManyFields }
        let value = try shortVarint(fault: .badTag)
        guard value >> 3 != 0, let type = WireType(rawValue: UInt8(value & 7)) else { throw .badTag }
        return Tag(number: value >> 3, type: type)
    }

    /// Up to ten bytes, 64 bits.
    mutating func varint() throws(FrameFault) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<10 {
            guard let byte = takeByte() else { throw .truncated }
            guard index < 9 || byte <= 1 else { throw .varintOverflow }
            value |= UInt64(byte & 0x7f) << UInt64(7 * index)
            if byte < 0x80 { return value }
        }
        throw .varintOverflow
    }

    /// A uint32 field's value: protobuf keeps the low 32 bits.
    mutating func uint32(_ tag: Tag) throws(FrameFault) -> UInt32 {
        try tag.expect(.varint)
        return UInt32(truncatingIfNeeded: try varint())
    }

    /// A uint64 field's value.
    mutating func uint64(_ tag: Tag) throws(FrameFault) -> UInt64 {
        try tag.expect(.varint)
        return try varint()
    }

    /// A string, bytes or message field's content.
    mutating func bytes(_ tag: Tag) throws(FrameFault) -> UnsafeRawBufferPointer {
        try tag.expect(.bytes)
        return try content()
    }

    /// Passes over a field that is not declared.
    mutating func skip(_ tag: Tag) throws(FrameFault) {
        unknownFields += 1
        guard unknownFields <= Self.unknownFieldLimit else { throw .tooManyUnknownFields }
        switch tag.type {
        case .varint: _ = try varint()
        case .bytes: _ = try content()
        case .fixed64: try advance(8)
        case .fixed32: try advance(4)
        }
    }

    private mutating func content() throws(FrameFault) -> UnsafeRawBufferPointer {
        let count = Int(try shortVarint(fault: .truncated))
        let start = next
        try advance(count)
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    /// Up to five bytes, 32 bits: tags and lengths.
    private mutating func shortVarint(fault: FrameFault) throws(FrameFault) -> UInt32 {
        let before = left
        let value = try varint()
        guard before - left <= 5, let short = UInt32(exactly: value) else { throw fault }
        return short
    }

    private mutating func advance(_ count: Int) throws(FrameFault) {
        guard count <= left else { throw .truncated }
        next = next.map { $0 + count }
        left -= count
    }

    private mutating func takeByte() -> UInt8? {
        guard left > 0, let start = next else { return nil }
        next = start + 1
        left -= 1
        return start.load(as: UInt8.self)
    }
}
