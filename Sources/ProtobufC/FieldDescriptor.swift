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
        let type = descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)
        return protobuf_c_enum_descriptor_get_value(type, number) != nil
    }
}
