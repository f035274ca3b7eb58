import CProtobufC

/// Reads proto3 JSON into C structs in an arena, by descriptor. Strict: no unknown and no repeated names.
struct JSONMessageReader {
    private var scanner: JSONScanner
    private let arena: Arena

    /// The message that a whole text is.
    ///
    /// - Throws: `malformed` with the field's path, `limit` for depth, length and the arena's budget.
    static func read(
        _ text: String, as type: MessageDescriptor, in arena: Arena
    ) throws(MessageError) -> MessageMemory {
        guard text.utf8.count <= MessageLimits.jsonBytes else {
            throw .limit("longer than \(MessageLimits.jsonBytes) bytes")
        }
        var reader = JSONMessageReader(scanner: JSONScanner(text), arena: arena)
        let message = try reader.message(type, depth: 0)
        try reader.scanner.expectEnd()
        return message
    }

    private mutating func message(_ type: MessageDescriptor, depth: Int) throws(MessageError) -> MessageMemory {
        guard depth <= MessageLimits.depth else {
            throw .limit("messages nest deeper than \(MessageLimits.depth)")
        }
        let message = try MessageMemory(new: type, in: arena)
        switch type.wellKnown {
        case .timestamp: try timestamp(message)
        case .fieldMask: try fieldMask(message)
        case nil: try object(message, depth: depth)
        }
        return message
    }

    private mutating func object(_ message: MessageMemory, depth: Int) throws(MessageError) {
        var seen: Set<UInt32> = []
        try members { (reader, name) throws(MessageError) in
            guard let field = message.type.field(jsonName: name) else {
                throw .malformed("\(message.type.name) has no such field", field: name)
            }
            guard seen.insert(field.id).inserted else { throw .malformed("is there twice", field: name) }
            do throws(MessageError) {
                try reader.member(field, of: message, depth: depth)
            } catch {
                throw error.inside(field.protoName)
            }
        }
    }

    /// Calls `read` for each member of an object, behind its name.
    private mutating func members(
        _ read: (inout JSONMessageReader, String) throws(MessageError) -> Void
    ) throws(MessageError) {
        try scanner.expect("{")
        guard !scanner.take("}") else { return }
        repeat {
            let name = try scanner.string()
            try scanner.expect(":")
            try read(&self, name)
        } while scanner.take(",")
        try scanner.expect("}")
    }

    private mutating func member(
        _ field: ProtobufCFieldDescriptor, of message: MessageMemory, depth: Int
    ) throws(MessageError) {
        guard !scanner.take(word: "null") else { return }
        if field.isMap { return try map(field, of: message) }
        if field.isRepeated { return try array(field, of: message, depth: depth) }
        if field.isOneofMember {
            guard message.oneofCase(field) == 0 else {
                throw .malformed("another member of the same oneof is there already")
            }
            message.setOneofCase(field)
        }
        try value(field, into: message.member(field), depth: depth)
    }

    private mutating func array(
        _ field: ProtobufCFieldDescriptor, of message: MessageMemory, depth: Int
    ) throws(MessageError) {
        try scanner.expect("[")
        guard !scanner.take("]") else { return }
        var elements = ArenaElements(stride: field.elementStride, arena: arena)
        repeat {
            try value(field, into: try elements.append(), depth: depth)
        } while scanner.take(",")
        try scanner.expect("]")
        message.setElements(field, elements.first, count: elements.count)
    }

    private mutating func map(_ field: ProtobufCFieldDescriptor, of message: MessageMemory) throws(MessageError) {
        var elements = ArenaElements(stride: field.elementStride, arena: arena)
        var keys: Set<String> = []
        try members { (reader, key) throws(MessageError) in
            guard keys.insert(key).inserted else { throw .malformed("has the key \(key) twice") }
            let entry = try MessageMemory(new: field.messageType, in: reader.arena)
            let parts = entry.type.fields
            try reader.store(key, into: entry.member(parts[0]))
            try reader.store(try reader.scanner.string(), into: entry.member(parts[1]))
            try elements.append().storeBytes(of: entry.start, as: UnsafeMutableRawPointer.self)
        }
        message.setElements(field, elements.first, count: elements.count)
    }

    private mutating func value(
        _ field: ProtobufCFieldDescriptor, into place: UnsafeMutableRawPointer, depth: Int
    ) throws(MessageError) {
        switch field.type {
        case PROTOBUF_C_TYPE_MESSAGE:
            let inner = try message(field.messageType, depth: depth + 1)
            place.storeBytes(of: inner.start, as: UnsafeMutableRawPointer.self)
        case PROTOBUF_C_TYPE_STRING: try store(try scanner.string(), into: place)
        case PROTOBUF_C_TYPE_BYTES:
            guard let bytes = Base64.decode(try scanner.string()) else { throw .malformed("is not base64") }
            place.storeBytes(of: try arena.bytes(bytes), as: ProtobufCBinaryData.self)
        case PROTOBUF_C_TYPE_BOOL: place.storeBytes(of: try boolean() ? 1 : 0, as: protobuf_c_boolean.self)
        case PROTOBUF_C_TYPE_ENUM: place.storeBytes(of: try enumeration(field), as: Int32.self)
        default: try number(field.type, into: place)
        }
    }

    private func store(_ text: String, into place: UnsafeMutableRawPointer) throws(MessageError) {
        place.storeBytes(of: try arena.string(text, ""), as: UnsafeMutablePointer<CChar>.self)
    }

    private mutating func boolean() throws(MessageError) -> Bool {
        if scanner.take(word: "true") { return true }
        guard scanner.take(word: "false") else { throw .malformed("is not true or false") }
        return false
    }

    /// A declared name, or any number: what a newer version prints for us to read.
    private mutating func enumeration(_ field: ProtobufCFieldDescriptor) throws(MessageError) -> Int32 {
        guard scanner.peek() == UInt8(ascii: "\"") else { return try JSONNumber.integer(try scanner.number()) }
        let name = try scanner.string()
        guard let value = protobuf_c_enum_descriptor_get_value_by_name(field.enumType, name) else {
            throw .malformed("\(name) is not a value of \(String(cString: field.enumType.pointee.name))")
        }
        return value.pointee.value
    }

    /// A number, or a string with one inside.
    private mutating func number(_ type: ProtobufCType, into place: UnsafeMutableRawPointer) throws(MessageError) {
        let isText = scanner.peek() == UInt8(ascii: "\"")
        let token = isText ? try scanner.string() : try scanner.number()
        switch type {
        case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SINT32, PROTOBUF_C_TYPE_SFIXED32:
            place.storeBytes(of: try JSONNumber.integer(token), as: Int32.self)
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32:
            place.storeBytes(of: try JSONNumber.integer(token), as: UInt32.self)
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64:
            place.storeBytes(of: try JSONNumber.integer(token), as: Int64.self)
        case PROTOBUF_C_TYPE_FLOAT: place.storeBytes(of: try JSONNumber.real(token), as: Float.self)
        case PROTOBUF_C_TYPE_DOUBLE: place.storeBytes(of: try JSONNumber.real(token), as: Double.self)
        default: place.storeBytes(of: try JSONNumber.integer(token), as: UInt64.self)
        }
    }

    private mutating func timestamp(_ message: MessageMemory) throws(MessageError) {
        let instant = try TimestampText.parse(try scanner.string())
        let parts = message.type.fields
        message.member(parts[0]).storeBytes(of: instant.seconds, as: Int64.self)
        message.member(parts[1]).storeBytes(of: instant.nanos, as: Int32.self)
    }

    private mutating func fieldMask(_ message: MessageMemory) throws(MessageError) {
        let paths = try FieldMaskText.parse(try scanner.string())
        let pointers = try arena.strings(paths, "paths")
        message.setElements(message.type.fields[0], pointers.map { UnsafeMutableRawPointer($0) }, count: paths.count)
    }
}
