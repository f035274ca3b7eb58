import CProtobufC

extension UnsafePointer where Pointee == ProtobufCMessageDescriptor {
    /// The field with a number, nil if none is declared.
    ///
    /// Most messages number their fields 1, 2, 3 …, so the likely place is tried before protobuf-c's search.
    func field(number: UInt32) -> UnsafePointer<ProtobufCFieldDescriptor>? {
        if number <= pointee.n_fields, let likely = pointee.fields.map({ $0 + Int(number) - 1 }),
            likely.pointee.id == number
        {
            return likely
        }
        return protobuf_c_message_descriptor_get_field(self, number)
    }
}

extension MessageDescriptor {
    /// The field with a name, in lowerCamelCase or as in the .proto file. The name holds no NUL.
    func field(jsonName name: String) -> ProtobufCFieldDescriptor? {
        let field =
            protobuf_c_message_descriptor_get_field_by_name(pointer, name)
            ?? CamelCase.snake(name).flatMap { protobuf_c_message_descriptor_get_field_by_name(pointer, $0) }
        return field?.pointee
    }
}

extension ProtobufCFieldDescriptor {
    /// How one element of the field travels, unless it is packed.
    var wireType: WireType {
        switch type {
        case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .lengthDelimited
        case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: .fixed64
        case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: .fixed32
        default: .varint
        }
    }

    /// Whether the field's enum declares a number. Only for enum fields.
    func declaresEnumNumber(_ number: Int32) -> Bool {
        protobuf_c_enum_descriptor_get_value(enumType, number) != nil
    }

    var isRepeated: Bool { label == PROTOBUF_C_LABEL_REPEATED }

    var isOneofMember: Bool { flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0 }

    /// Only for message fields.
    var messageType: MessageDescriptor {
        MessageDescriptor(pointer: descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
    }

    /// Only for enum fields.
    var enumType: UnsafePointer<ProtobufCEnumDescriptor> {
        descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)
    }

    /// A `map<string, string>`: protoc makes it a repeated message; no other message's name ends in Entry.
    var isMap: Bool {
        type == PROTOBUF_C_TYPE_MESSAGE && isRepeated && messageType.name.hasSuffix("Entry")
    }

    /// Distance between two elements of a repeated field in memory, bytes.
    var elementStride: Int {
        switch type {
        case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_MESSAGE: MemoryLayout<UnsafeRawPointer>.stride
        case PROTOBUF_C_TYPE_BYTES: MemoryLayout<ProtobufCBinaryData>.stride
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_UINT64: 8
        default: wireType == .fixed64 ? 8 : 4
        }
    }

    /// The name in the .proto file.
    var protoName: String { String(cString: name) }

    /// The name in proto3's JSON mapping: lowerCamelCase.
    var jsonName: String { CamelCase.camel(protoName) }
}
