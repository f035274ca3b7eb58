import CProtobufC

extension ProtobufMessage {
    /// The message as proto3 JSON: lowerCamelCase names, 64-bit integers as strings, enums by name, bytes as base64,
    /// instants as RFC 3339. Fields without presence are always there.
    ///
    /// - Parameter pretty: over several lines, indented by two.
    /// - Throws: `malformed` for a text with a NUL, an instant outside years 1 to 9999, a mask that is no path.
    public func json(pretty: Bool = false) throws(MessageError) -> String {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }  // It owns what is read below.
        let message = MessageMemory(try build(in: arena), as: Self.descriptor)
        return try message.json(pretty: pretty)
    }

    /// Reads proto3 JSON: names in lowerCamelCase or as in the .proto file, enums by name or number, `null` as absent.
    ///
    /// - Throws: `malformed` for unknown or repeated names and values of another type, `limit` for depth and length.
    public init(json: String) throws(MessageError) {
        let arena = Arena()
        let message = try JSONMessageReader.read(json, as: Self.descriptor, in: arena)
        defer { withExtendedLifetime(arena) {} }  // It owns what is copied below.
        try self.init(copying: message.start)
    }
}

/// Messages whose type is known only at run time: `holdpoint call`.
public enum DynamicMessage {
    /// The bytes of a message that is given as proto3 JSON.
    ///
    /// - Throws: as `ProtobufMessage.init(json:)`.
    public static func serialize(json: String, as type: MessageDescriptor) throws(MessageError) -> [UInt8] {
        let arena = Arena()
        let message = try JSONMessageReader.read(json, as: type, in: arena)
        return PreparedMessage(message: message.base, arena: arena).bytes()
    }

    /// A peer's answer as proto3 JSON; enum numbers that are not declared stay numbers.
    ///
    /// - Throws: `malformed` or `limit` for bytes that are no such message.
    public static func json(
        serialized bytes: [UInt8], as type: MessageDescriptor, pretty: Bool = false
    ) throws(MessageError) -> String {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }  // It owns what is read below.
        let message = try bytes.withUnsafeBufferPointer { (buffer) throws(MessageError) in
            try type.unpack(UnsafeRawBufferPointer(buffer), from: .response, in: arena)
        }
        return try MessageMemory(message, as: type).json(pretty: pretty)
    }
}

extension MessageMemory {
    var base: UnsafePointer<ProtobufCMessage> {
        UnsafePointer(start.assumingMemoryBound(to: ProtobufCMessage.self))
    }

    fileprivate func json(pretty: Bool) throws(MessageError) -> String {
        var json = JSONText(pretty: pretty)
        try json.message(self)
        return json.text
    }
}
