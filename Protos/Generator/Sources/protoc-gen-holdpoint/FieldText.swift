import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// How one field is declared, and how it is copied out of the C struct and built in one.
/// The generated methods call the C structs `source` and `target`.
struct FieldText {
    let field: FieldDescriptor

    var name: String { SwiftName.property(field.name) }

    /// As a property.
    var type: String {
        if field.isMap { return "[String: String]" }
        if field.isRepeated { return "[\(elementType)]" }
        return field.type == .message ? elementType + "?" : elementType
    }

    var defaultValue: String {
        if field.isMap { return "[:]" }
        if field.isRepeated || field.type == .bytes { return "[]" }
        switch field.type {
        case .message: return "nil"
        case .string: return "\"\""
        case .bool: return "false"
        case .enum: return "." + SwiftName.enumCase(field.enumType.values.first { $0.number == 0 }?.name ?? "")
        default: return "0"
        }
    }

    /// One element of a repeated field, or the value itself, without the question mark.
    var elementType: String {
        switch field.type {
        case .message: field.messageType.name
        case .enum: field.enumType.swiftName
        case .string: "String"
        case .bytes: "[UInt8]"
        case .bool: "Bool"
        case .double: "Double"
        case .float: "Float"
        case .int32, .sint32, .sfixed32: "Int32"
        case .int64, .sint64, .sfixed64: "Int64"
        case .uint32, .fixed32: "UInt32"
        default: "UInt64"
        }
    }

    private var source: String { "source.pointee.\(field.name)" }
    private var target: String { "target.pointee.\(field.name)" }
    private var sourceArray: String { "\(source), source.pointee.n_\(field.name)" }
    private var label: String { "\"\(field.name)\"" }

    /// The value in `source`.
    var read: String {
        if field.isMap { return "try CopyOut.map(\(sourceArray), \(label)) { ($0.pointee.key, $0.pointee.value) }" }
        if field.isRepeated { return readArray }
        return readOne(source)
    }

    private var readArray: String {
        switch field.type {
        case .message: "try CopyOut.messages(\(sourceArray), \(label))"
        case .string: "try CopyOut.strings(\(sourceArray), \(label))"
        default: "CopyOut.array(\(sourceArray)) { \(readOne("$0")) }"
        }
    }

    private func readOne(_ value: String) -> String {
        switch field.type {
        case .message: "try CopyOut.message(\(value), \(label))"
        case .string: "try CopyOut.string(\(value), \(label))"
        case .bytes: "CopyOut.bytes(\(value))"
        case .bool: "\(value) != 0"
        case .enum: "\(elementType)(rawValue: Int32(bitPattern: \(value).rawValue))"
        default: value
        }
    }

    /// Statements that put a value into `target`.
    func write(_ value: String) -> [String] {
        if field.isRepeated {
            return ["target.pointee.n_\(field.name) = \(value).count", "\(target) = \(writeArray(value))"]
        }
        return ["\(target) = \(writeOne(value))"]
    }

    private func writeArray(_ value: String) -> String {
        if field.isMap { return "try arena.map(\(value), \(label))" }
        return switch field.type {
        case .message: "try arena.messages(\(value), \(label))"
        case .string: "try arena.strings(\(value), \(label))"
        case .bytes: "try arena.byteArrays(\(value))"
        default: "try arena.array(\(value)) { \(writeOne("$0")) }"
        }
    }

    private func writeOne(_ value: String) -> String {
        switch field.type {
        case .message: "try arena.message(\(value), \(label))"
        case .string: "try arena.string(\(value), \(label))"
        case .bytes: "try arena.bytes(\(value))"
        case .bool: "\(value) ? 1 : 0"
        case .enum: ".init(rawValue: UInt32(bitPattern: \(value).rawValue))"
        default: value
        }
    }

    /// The closure behind `arena.map` that fills an entry.
    var entryFill: (head: String, lines: [String])? {
        guard field.isMap else { return nil }
        return (
            "entry, key, value in",
            [
                "\(CName.initializer(field.messageType.fullName))(entry)",
                "entry.pointee.key = key", "entry.pointee.value = value",
            ]
        )
    }
}

extension MessagePart {
    var propertyName: String {
        switch self {
        case .field(let field): FieldText(field: field).name
        case .oneof(let oneof): SwiftName.property(oneof.name)
        }
    }

    var type: String {
        switch self {
        case .field(let field): FieldText(field: field).type
        case .oneof(let oneof): SwiftName.type(oneof.name) + "?"
        }
    }

    var defaultValue: String {
        switch self {
        case .field(let field): FieldText(field: field).defaultValue
        case .oneof: "nil"
        }
    }
}

extension FieldDescriptor {
    /// What must not be printed.
    var isSecret: Bool { ["password", "new_password", "secret", "token"].contains(name) }

    /// The type as in a .proto file, for the few that the generator compares.
    var kindName: String {
        switch type {
        case .message: messageType.fullName
        case .string: isRepeated ? "repeated string" : "string"
        case .bool: "bool"
        default: "other"
        }
    }
}

extension Descriptor {
    /// A request that changes something: it carries an id, so that it is safe to repeat.
    var isMutation: Bool {
        name.hasSuffix("Request") && fields.contains { $0.name == "request_id" }
    }
}
