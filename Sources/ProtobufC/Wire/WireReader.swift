/// What can be wrong with bytes on the wire. A bare value, so that the guard's loop carries no strings.
enum WireFault: Error {
    case truncated
    case varintOverflow
    case badTag
    case unsupportedWireType
    case wrongWireType
    case tooDeep
    case tooManyFields
    case tooManyUnknownFields
    case duplicateMessage
    case nul
    case notUTF8
    case undeclaredEnumNumber

    /// The same for people, with the path of the field.
    func error(field: String) -> MessageError {
        switch self {
        case .truncated: .malformed("the bytes end in the middle of a field", field: field)
        case .varintOverflow: .malformed("a varint is longer than 64 bits", field: field)
        case .badTag: .malformed("not a field number", field: field)
        case .unsupportedWireType: .malformed("groups and reserved wire types are not accepted", field: field)
        case .wrongWireType: .malformed("has another wire type than declared", field: field)
        case .tooDeep: .limit("messages nest deeper than \(MessageLimits.depth)", field: field)
        case .tooManyFields: .limit("more than \(MessageLimits.fieldCount) fields", field: field)
        case .tooManyUnknownFields: .limit("more than \(MessageLimits.unknownFieldCount) unknown fields", field: field)
        case .duplicateMessage: .malformed("is there twice", field: field)
        case .nul: .malformed("contains a NUL character", field: field)
        case .notUTF8: .malformed("is not UTF-8", field: field)
        case .undeclaredEnumNumber: .malformed("has a number that its enum does not declare", field: field)
        }
    }
}

/// The three bits behind a field number.
enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}

/// Reads protobuf's wire format from raw memory, never past its end.
///
/// Unsafe for speed: bounds are checked once a field against `end` instead of once a byte by an array.
/// Safe: `next` only moves forward, by amounts that were compared with what is left.
struct WireReader {
    private(set) var next: UnsafeRawPointer
    private let end: UnsafeRawPointer

    init(start: UnsafeRawPointer, byteCount: Int) {
        next = start
        end = start + byteCount
    }

    var isAtEnd: Bool { next >= end }

    /// Bytes left.
    var byteCount: Int { end - next }

    /// Field number and wire type. At most five bytes and 32 bits, as in every protobuf library.
    mutating func tag() throws(WireFault) -> (number: UInt32, type: WireType) {
        let value = try shortVarint(fault: .badTag)
        guard value >> 3 != 0 else { throw .badTag }
        guard let type = WireType(rawValue: UInt8(value & 7)) else { throw .unsupportedWireType }
        return (value >> 3, type)
    }

    /// Up to ten bytes, 64 bits.
    mutating func varint() throws(WireFault) -> UInt64 {
        guard next < end else { throw .truncated }
        let first = next.load(as: UInt8.self)
        if first < 0x80 {
            next += 1
            return UInt64(first)
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(WireFault) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<10 {
            guard next + index < end else { throw .truncated }
            let byte = (next + index).load(as: UInt8.self)
            guard index < 9 || byte <= 1 else { throw .varintOverflow }
            value |= UInt64(byte & 0x7f) << UInt64(7 * index)
            if byte < 0x80 {
                next += index + 1
                return value
            }
        }
        throw .varintOverflow
    }

    /// Up to five bytes, 32 bits: tags and lengths. protobuf-c drops what is above without a word.
    private mutating func shortVarint(fault: WireFault) throws(WireFault) -> UInt32 {
        let start = next
        let value = try varint()
        guard next - start <= 5, let short = UInt32(exactly: value) else { throw fault }
        return short
    }

    /// A length, and that many bytes as a reader of their own.
    mutating func lengthDelimited() throws(WireFault) -> WireReader {
        let count = Int(try shortVarint(fault: .truncated))
        guard count <= byteCount else { throw .truncated }
        defer { next += count }
        return WireReader(start: next, byteCount: count)
    }

    mutating func skip(_ type: WireType) throws(WireFault) {
        switch type {
        case .varint: _ = try varint()
        case .lengthDelimited: _ = try lengthDelimited()
        case .fixed64: try skip(byteCount: 8)
        case .fixed32: try skip(byteCount: 4)
        }
    }

    mutating func skip(byteCount count: Int) throws(WireFault) {
        guard count <= byteCount else { throw .truncated }
        next += count
    }
}
