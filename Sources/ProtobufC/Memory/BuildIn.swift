public import CProtobufC

/// Members of protobuf-c structs from Swift values, in the arena. For generated code.
extension Arena {
    /// A copy that ends with NUL.
    ///
    /// - Throws: `malformed` for a text with a NUL inside, which C could not tell from the end.
    public func string(
        _ text: String, _ field: StaticString
    ) throws(MessageError) -> UnsafeMutablePointer<CChar> {
        var text = text
        let count = text.utf8.count
        let memory = try allocate(byteCount: count + 1, alignment: 1)
        let hasNUL = text.withUTF8 { utf8 in
            if let start = utf8.baseAddress { memory.copyMemory(from: start, byteCount: count) }
            return utf8.contains(0)
        }
        guard !hasNUL else { throw .malformed("contains a NUL character", field: "\(field)") }
        memory.storeBytes(of: 0, toByteOffset: count, as: UInt8.self)
        return memory.assumingMemoryBound(to: CChar.self)
    }

    /// A member without presence: left alone when the text is empty.
    public func set(
        _ member: inout UnsafeMutablePointer<CChar>?, _ text: String, _ field: StaticString
    ) throws(MessageError) {
        if !text.isEmpty { member = try string(text, field) }
    }

    public func strings(
        _ texts: [String], _ field: StaticString
    ) throws(MessageError) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        guard !texts.isEmpty else { return nil }
        let result = try allocate(UnsafeMutablePointer<CChar>?.self, count: texts.count)
        for (index, text) in texts.enumerated() { result[index] = try string(text, field) }
        return result
    }

    public func bytes(_ bytes: [UInt8]) throws(MessageError) -> ProtobufCBinaryData {
        ProtobufCBinaryData(len: bytes.count, data: try array(bytes) { $0 })
    }

    /// Repeated numbers, booleans and enums: each element converted by `convert`.
    @inlinable
    public func array<Value, Element>(
        _ values: [Value], _ convert: (Value) -> Element
    ) throws(MessageError) -> UnsafeMutablePointer<Element>? {
        guard !values.isEmpty else { return nil }
        let result = try allocate(Element.self, count: values.count)
        for (index, value) in values.enumerated() { result[index] = convert(value) }
        return result
    }

    public func byteArrays(_ values: [[UInt8]]) throws(MessageError) -> UnsafeMutablePointer<ProtobufCBinaryData>? {
        guard !values.isEmpty else { return nil }
        let result = try allocate(ProtobufCBinaryData.self, count: values.count)
        for (index, value) in values.enumerated() { result[index] = try bytes(value) }
        return result
    }

    /// The type `CMessage` is the message's own struct: both come from one .proto file through the generator.
    @inlinable
    public func message<Message: ProtobufMessage, CMessage>(
        _ message: Message?, _ field: StaticString
    ) throws(MessageError) -> UnsafeMutablePointer<CMessage>? {
        guard let message else { return nil }
        do {
            return try message.build(in: self).assumingMemoryBound(to: CMessage.self)
        } catch {
            throw error.inside(field)
        }
    }

    @inlinable
    public func messages<Message: ProtobufMessage, CMessage>(
        _ messages: [Message], _ field: StaticString
    ) throws(MessageError) -> UnsafeMutablePointer<UnsafeMutablePointer<CMessage>?>? {
        guard !messages.isEmpty else { return nil }
        let result = try allocate(UnsafeMutablePointer<CMessage>?.self, count: messages.count)
        for (index, value) in messages.enumerated() { result[index] = try message(value, field) }
        return result
    }

    /// A map's entries, sorted by the bytes of their keys so that equal maps have equal bytes.
    public func map<Entry>(
        _ map: [String: String], _ field: StaticString,
        _ fill: (UnsafeMutablePointer<Entry>, UnsafeMutablePointer<CChar>, UnsafeMutablePointer<CChar>) -> Void
    ) throws(MessageError) -> UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>? {
        guard !map.isEmpty else { return nil }
        let result = try allocate(UnsafeMutablePointer<Entry>?.self, count: map.count)
        let sorted = map.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (index, pair) in sorted.enumerated() {
            let entry = try allocate(Entry.self)
            fill(entry, try string(pair.key, field), try string(pair.value, field))
            result[index] = entry
        }
        return result
    }
}
