import CProtobufC

/// A C struct with its descriptor: members by field, for code that does not know the type.
///
/// Safe: the descriptor's offsets are those of the struct, both made by protoc-c; the memory outlives the value,
/// because it belongs to an arena or to a caller that waits.
struct MessageMemory {
    let start: UnsafeMutableRawPointer
    let type: MessageDescriptor

    init(_ start: UnsafeMutableRawPointer, as type: MessageDescriptor) {
        self.start = start
        self.type = type
    }

    /// A message whose fields all have their default.
    init(new type: MessageDescriptor, in arena: Arena) throws(MessageError) {
        start = try arena.allocate(byteCount: type.pointer.pointee.sizeof_message, alignment: 8)
        self.type = type
        type.pointer.pointee.message_init(start.assumingMemoryBound(to: ProtobufCMessage.self))
    }

    /// Where the value of a field stands; for a repeated one, the pointer to its elements.
    func member(_ field: ProtobufCFieldDescriptor) -> UnsafeMutableRawPointer {
        start + Int(field.offset)
    }

    /// The elements of a repeated field.
    func elements(_ field: ProtobufCFieldDescriptor) -> [UnsafeMutableRawPointer] {
        let count = (start + Int(field.quantifier_offset)).load(as: Int.self)
        guard let first = member(field).load(as: UnsafeMutableRawPointer?.self) else { return [] }
        return (0..<count).map { first + $0 * field.elementStride }
    }

    func setElements(_ field: ProtobufCFieldDescriptor, _ first: UnsafeMutableRawPointer?, count: Int) {
        (start + Int(field.quantifier_offset)).storeBytes(of: count, as: Int.self)
        member(field).storeBytes(of: first, as: UnsafeMutableRawPointer?.self)
    }

    /// Number of the member of the field's oneof that is set, 0: none.
    func oneofCase(_ field: ProtobufCFieldDescriptor) -> UInt32 {
        (start + Int(field.quantifier_offset)).load(as: UInt32.self)
    }

    func setOneofCase(_ field: ProtobufCFieldDescriptor) {
        (start + Int(field.quantifier_offset)).storeBytes(of: field.id, as: UInt32.self)
    }

    /// The sub-message that a member or an element points to; nil if there is none.
    static func message(at place: UnsafeMutableRawPointer, _ field: ProtobufCFieldDescriptor) -> MessageMemory? {
        place.load(as: UnsafeMutableRawPointer?.self).map { MessageMemory($0, as: field.messageType) }
    }

    /// The text that a member or an element points to.
    static func text(
        at place: UnsafeMutableRawPointer, _ field: ProtobufCFieldDescriptor
    ) throws(MessageError) -> String {
        guard let characters = place.load(as: UnsafePointer<CChar>?.self) else { return "" }
        guard let text = String(validatingCString: characters) else {
            throw .malformed("is not UTF-8", field: field.protoName)
        }
        return text
    }

    /// The field with a number that the type is known to declare.
    func field(_ number: UInt32) -> ProtobufCFieldDescriptor? {
        type.pointer.field(number: number)?.pointee
    }
}
