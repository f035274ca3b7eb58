import CProtobufC

/// Writes C structs as proto3 JSON, by descriptor. Fields without presence are always there.
extension JSONText {
    mutating func message(_ message: MessageMemory) throws(MessageError) {
        switch message.type.wellKnown {
        case .timestamp: try timestamp(message)
        case .fieldMask: try fieldMask(message)
        case nil: try object(message)
        }
    }

    private mutating func object(_ message: MessageMemory) throws(MessageError) {
        let present = message.type.fields.filter { field in
            if field.isOneofMember { return message.oneofCase(field) == field.id }
            if field.isRepeated || field.type != PROTOBUF_C_TYPE_MESSAGE { return true }
            return MessageMemory.message(at: message.member(field), field) != nil
        }
        try items(present, open: "{", close: "}") { (json, field) throws(MessageError) in
            json.name(field.jsonName)
            do throws(MessageError) {
                try json.member(field, of: message)
            } catch {
                throw error.inside(field.protoName)
            }
        }
    }

    private mutating func member(_ field: ProtobufCFieldDescriptor, of message: MessageMemory) throws(MessageError) {
        guard field.isRepeated else { return try value(at: message.member(field), field) }
        let elements = message.elements(field)
        guard !field.isMap else { return try map(elements, field) }
        try items(elements, open: "[", close: "]") { (json, element) throws(MessageError) in
            try json.value(at: element, field)
        }
    }

    private mutating func map(
        _ entries: [UnsafeMutableRawPointer], _ field: ProtobufCFieldDescriptor
    ) throws(MessageError) {
        let entries = entries.compactMap { MessageMemory.message(at: $0, field) }
        try items(entries, open: "{", close: "}") { (json, entry) throws(MessageError) in
            let parts = entry.type.fields
            json.name(try MessageMemory.text(at: entry.member(parts[0]), parts[0]))
            json.string(try MessageMemory.text(at: entry.member(parts[1]), parts[1]))
        }
    }

    private mutating func value(
        at place: UnsafeMutableRawPointer, _ field: ProtobufCFieldDescriptor
    ) throws(MessageError) {
        switch field.type {
        case PROTOBUF_C_TYPE_MESSAGE:
            guard let inner = MessageMemory.message(at: place, field) else { return plain("null") }
            try message(inner)
        case PROTOBUF_C_TYPE_STRING: string(try MessageMemory.text(at: place, field))
        case PROTOBUF_C_TYPE_BYTES:
            string(utf8: Base64.encode(CopyOut.bytes(place.load(as: ProtobufCBinaryData.self))))
        case PROTOBUF_C_TYPE_BOOL: plain(place.load(as: protobuf_c_boolean.self) != 0 ? "true" : "false")
        case PROTOBUF_C_TYPE_ENUM: enumeration(place.load(as: Int32.self), field)
        default: number(at: place, field.type)
        }
    }

    private mutating func enumeration(_ number: Int32, _ field: ProtobufCFieldDescriptor) {
        guard let value = protobuf_c_enum_descriptor_get_value(field.enumType, number) else {
            return plain(String(number))
        }
        string(String(cString: value.pointee.name))
    }

    /// 64-bit integers are strings: JavaScript has none.
    private mutating func number(at place: UnsafeMutableRawPointer, _ type: ProtobufCType) {
        switch type {
        case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SINT32, PROTOBUF_C_TYPE_SFIXED32:
            plain(String(place.load(as: Int32.self)))
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32: plain(String(place.load(as: UInt32.self)))
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64:
            string(String(place.load(as: Int64.self)))
        case PROTOBUF_C_TYPE_FLOAT: real(place.load(as: Float.self))
        case PROTOBUF_C_TYPE_DOUBLE: real(place.load(as: Double.self))
        default: string(String(place.load(as: UInt64.self)))
        }
    }

    /// The shortest digits that read back as the same number; what JSON has no number for is a string.
    private mutating func real<Real: BinaryFloatingPoint & LosslessStringConvertible>(_ value: Real) {
        if value.isNaN { return string("NaN") }
        if value.isInfinite { return string(value < 0 ? "-Infinity" : "Infinity") }
        let digits = value.description
        plain(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits)
    }

    private mutating func timestamp(_ message: MessageMemory) throws(MessageError) {
        let parts = message.type.fields
        let seconds = message.member(parts[0]).load(as: Int64.self)
        string(try TimestampText.format(seconds: seconds, nanos: message.member(parts[1]).load(as: Int32.self)))
    }

    private mutating func fieldMask(_ message: MessageMemory) throws(MessageError) {
        let paths = message.type.fields[0]
        var texts: [String] = []
        for element in message.elements(paths) { texts.append(try MessageMemory.text(at: element, paths)) }
        string(try FieldMaskText.format(texts))
    }
}

/// Google's messages that have a form of their own in JSON.
enum WellKnownMessage: String {
    case timestamp = "google.protobuf.Timestamp"
    case fieldMask = "google.protobuf.FieldMask"
}

extension MessageDescriptor {
    var wellKnown: WellKnownMessage? { WellKnownMessage(rawValue: name) }
}
