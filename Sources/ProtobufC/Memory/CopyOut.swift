public import CProtobufC

/// Swift values from members of protobuf-c structs. For generated code.
///
/// Safe as long as the struct came from protobuf-c or from `build(in:)`: counts match arrays, strings end with NUL.
public enum CopyOut {
    /// Validates again: a conversion that repairs would hide a hole in the guard.
    public static func string(
        _ pointer: UnsafePointer<CChar>?, _ field: StaticString
    ) throws(MessageError) -> String {
        guard let pointer, pointer.pointee != 0 else { return "" }
        guard let text = String(validatingCString: pointer) else {
            throw .malformed("is not UTF-8", field: "\(field)")
        }
        return text
    }

    public static func strings(
        _ pointer: UnsafePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int, _ field: StaticString
    ) throws(MessageError) -> [String] {
        guard let pointer, count > 0 else { return [] }
        var result: [String] = []
        result.reserveCapacity(count)
        for index in 0..<count { result.append(try string(pointer[index], field)) }
        return result
    }

    public static func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        data.len == 0 ? [] : Array(UnsafeBufferPointer(start: data.data, count: data.len))
    }

    /// Repeated numbers, booleans, enums and bytes: each element converted by `convert`.
    @inlinable
    public static func array<Element, Value>(
        _ pointer: UnsafePointer<Element>?, _ count: Int, _ convert: (Element) -> Value
    ) -> [Value] {
        UnsafeBufferPointer(start: pointer, count: pointer == nil ? 0 : count).map(convert)
    }

    @inlinable
    public static func message<Message: ProtobufMessage, CMessage>(
        _ pointer: UnsafePointer<CMessage>?, _ field: StaticString
    ) throws(MessageError) -> Message? {
        guard let pointer else { return nil }
        do {
            return try Message(copying: pointer)
        } catch {
            throw error.inside(field)
        }
    }

    @inlinable
    public static func messages<Message: ProtobufMessage, CMessage>(
        _ pointer: UnsafePointer<UnsafeMutablePointer<CMessage>?>?, _ count: Int, _ field: StaticString
    ) throws(MessageError) -> [Message] {
        guard let pointer, count > 0 else { return [] }
        var result: [Message] = []
        result.reserveCapacity(count)
        for index in 0..<count {
            if let message: Message = try message(UnsafePointer(pointer[index]), field) { result.append(message) }
        }
        return result
    }

    /// A map; of equal keys the last wins, as protobuf says.
    ///
    /// - Throws: `malformed` for two keys that Swift takes for the same but whose bytes differ (é, composed or
    ///   not): keeping one of them would lose data without a word.
    public static func map<Entry>(
        _ pointer: UnsafePointer<UnsafeMutablePointer<Entry>?>?, _ count: Int, _ field: StaticString,
        _ pair: (UnsafeMutablePointer<Entry>) -> (key: UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?)
    ) throws(MessageError) -> [String: String] {
        guard let pointer, count > 0 else { return [:] }
        var result = [String: String](minimumCapacity: count)
        for index in 0..<count {
            guard let entry = pointer[index] else { continue }
            let key = try string(pair(entry).key, field)
            if let known = result.index(forKey: key), !result[known].key.utf8.elementsEqual(key.utf8) {
                throw .malformed("has two keys that differ only in their Unicode normalization", field: "\(field)")
            }
            result[key] = try string(pair(entry).1, field)
        }
        return result
    }
}

extension MessageError {
    @usableFromInline
    func inside(_ field: StaticString) -> MessageError {
        inside("\(field)")
    }
}
