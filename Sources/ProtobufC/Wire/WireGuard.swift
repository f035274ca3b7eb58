import CProtobufC

/// Whose message is read.
public enum PeerRole: Sendable {
    /// A client's: enum numbers that are not declared are refused.
    case request
    /// A server's: enum numbers that are not declared are kept, so that an older client reads a newer server.
    case response
}

/// A pass over bytes from a peer before protobuf-c sees them; refuses what it would accept at our cost.
///
/// protobuf-c recurses without a limit, merges repeated singular sub-messages in quadratic time, and takes strings
/// and enum numbers as they come. The pass allocates nothing and touches each byte once.
struct WireGuard {
    private let role: PeerRole
    private var remainingFieldCount = MessageLimits.fieldCount
    /// Names of the fields on the way to a fault, innermost first; filled only while one is thrown.
    private var path: [String] = []

    private init(role: PeerRole) {
        self.role = role
    }

    /// - Throws: `malformed` or `limit`, with the field's path.
    static func check(
        _ bytes: UnsafeRawBufferPointer, as descriptor: MessageDescriptor, from role: PeerRole
    ) throws(MessageError) {
        guard let start = bytes.baseAddress else { return }
        var wireGuard = WireGuard(role: role)
        do {
            try wireGuard.checkMessage(
                WireReader(start: start, byteCount: bytes.count), as: descriptor.pointer, depth: 0)
        } catch {
            throw error.error(field: wireGuard.path.reversed().joined(separator: "."))
        }
    }

    private mutating func checkMessage(
        _ bytes: WireReader, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int
    ) throws(WireFault) {
        guard depth <= MessageLimits.depth else { throw .tooDeep }
        var reader = bytes
        var seen = FieldSet()
        var unknownFieldCount = 0
        while !reader.isAtEnd {
            try count(fields: 1)
            let tag = try reader.tag()
            if let field = descriptor.field(number: tag.number) {
                try checkField(&reader, field: field, type: tag.type, depth: depth, seen: &seen, of: descriptor)
            } else {
                unknownFieldCount += 1
                guard unknownFieldCount <= MessageLimits.unknownFieldCount else { throw .tooManyUnknownFields }
                try reader.skip(tag.type)
            }
        }
    }

    private mutating func count(fields: Int) throws(WireFault) {
        remainingFieldCount -= fields
        guard remainingFieldCount >= 0 else { throw .tooManyFields }
    }

    private mutating func checkField(
        _ reader: inout WireReader, field: UnsafePointer<ProtobufCFieldDescriptor>, type: WireType, depth: Int,
        seen: inout FieldSet, of descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) throws(WireFault) {
        do throws(WireFault) {
            if field.pointee.type == PROTOBUF_C_TYPE_MESSAGE && field.pointee.label != PROTOBUF_C_LABEL_REPEATED {
                guard seen.insert(field - descriptor.pointee.fields) else { throw .duplicateMessage }
            }
            try checkValue(&reader, field: field, type: type, depth: depth)
        } catch {
            path.append(String(cString: field.pointee.name))
            throw error
        }
    }

    private mutating func checkValue(
        _ reader: inout WireReader, field: UnsafePointer<ProtobufCFieldDescriptor>, type: WireType, depth: Int
    ) throws(WireFault) {
        let declared = field.pointee.wireType
        guard type == declared else {
            let isPacked = type == .lengthDelimited && field.pointee.label == PROTOBUF_C_LABEL_REPEATED
            guard isPacked else { throw .wrongWireType }
            return try checkPacked(reader.lengthDelimited(), field: field, element: declared)
        }
        guard declared == .lengthDelimited else {
            return try checkScalar(&reader, field: field, type: declared)
        }
        let content = try reader.lengthDelimited()
        switch field.pointee.type {
        case PROTOBUF_C_TYPE_STRING:
            try TextCheck.check(content.next, byteCount: content.byteCount)
        case PROTOBUF_C_TYPE_MESSAGE:
            let inner = field.pointee.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            try checkMessage(content, as: inner, depth: depth + 1)
        default:
            break
        }
    }

    private mutating func checkPacked(
        _ elements: WireReader, field: UnsafePointer<ProtobufCFieldDescriptor>, element: WireType
    ) throws(WireFault) {
        var reader = elements
        while !reader.isAtEnd {
            try count(fields: 1)
            try checkScalar(&reader, field: field, type: element)
        }
    }

    private func checkScalar(
        _ reader: inout WireReader, field: UnsafePointer<ProtobufCFieldDescriptor>, type: WireType
    ) throws(WireFault) {
        guard field.pointee.type == PROTOBUF_C_TYPE_ENUM, role == .request else { return try reader.skip(type) }
        let number = Int64(bitPattern: try reader.varint())
        guard let short = Int32(exactly: number), field.pointee.declaresEnumNumber(short) else {
            throw .undeclaredEnumNumber
        }
    }
}

/// Which fields of a message were seen, by their place in the descriptor.
private struct FieldSet {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// False if it was there before, or is beyond what a message type may declare.
    mutating func insert(_ index: Int) -> Bool {
        guard index < MessageLimits.declaredFieldCount else { return false }
        let bit: UInt64 = 1 << UInt64(index & 63)
        if index < 64 {
            defer { low |= bit }
            return low & bit == 0
        }
        defer { high |= bit }
        return high & bit == 0
    }
}
