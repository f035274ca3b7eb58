import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The messages of one .proto file; empty if it has none.
func messagesText(_ file: FileDescriptor) -> SourceText {
    guard !file.messages.isEmpty else { return SourceText() }
    var text = SourceText(marked: ())
    text.line("import CMessages")
    if !file.belongsToRPC && file.messages.contains(where: \.usesRPC) { text.line("public import HoldpointRPC") }
    text.line("public import ProtobufC")
    for message in file.messages {
        text.line()
        text.message(message)
    }
    return text
}

extension Descriptor {
    /// What it conforms to, by the fields that it has.
    fileprivate var protocols: String {
        var protocols = [isMutation ? "MutationMessage" : "ProtobufMessage"]
        for (name, fields) in Self.families where fields.isSubset(of: self.fields.map(\.name)) {
            protocols.append(name)
        }
        if hasSecrets { protocols.append("CustomReflectable") }
        return protocols.joined(separator: ", ")
    }

    /// Handwritten protocols of messages, and the fields that make a message one of them.
    private static let families: [(name: String, fields: Set<String>)] = [
        ("ChangeRequest", ["request_id", "validate_only"]),
        ("CreationRequest", ["request_id", "validate_only", "if_absent"]),
        ("ConsentedRequest", ["request_id", "validate_only", "consent"]),
        ("ListRequest", ["page_size", "page_token", "filter", "order_by"]),
        (
            "ResourceMessage",
            [
                "project_id", "name", "description", "labels", "state_since", "create_time", "revision", "etag",
                "deletion_protection", "failure", "operation_id",
            ]
        ),
    ]

    /// The condition over a request for which its method needs consent; nil: it is no change.
    fileprivate var consentCondition: String? {
        guard isMutation else { return nil }
        let methods = file.services.flatMap(\.methods).filter { $0.inputType.fullName == fullName }
        return methods.first?.consentCondition ?? "false"
    }

    fileprivate var hasSecrets: Bool { fields.contains(where: \.isSecret) }

    fileprivate var usesRPC: Bool {
        fields.contains { $0.type == .message && !$0.isMap && $0.messageType.file.belongsToRPC }
    }
}

extension SourceText {
    fileprivate mutating func message(_ message: Descriptor) {
        documentation(of: message, named: message.fullName, fallback: "`\(message.fullName)`.")
        block("public struct \(message.name): \(message.protocols)") { text in
            for type in message.enums { text.enumeration(type) }
            for oneof in message.oneofs { text.oneof(oneof) }
            for part in message.parts { text.property(part) }
            text.initializers(message)
            text.line()
            text.line("public static let descriptor = MessageDescriptor(")
            text.line("    initializer: \(CName.initializer(message.fullName)))")
            text.copying(message)
            text.building(message)
            if message.isMutation { text.fingerprint(message) }
            if let condition = message.consentCondition {
                text.line()
                text.line("public var needsConsent: Bool { \(condition) }")
            }
            if message.hasSecrets { text.mirror(message) }
        }
    }

    private mutating func property(_ part: MessagePart) {
        switch part {
        case .field(let field): documentation(of: field, named: field.fullName)
        case .oneof(let oneof): documentation(of: oneof, named: oneof.fullName)
        }
        line("public var \(part.propertyName): \(part.type) = \(part.defaultValue)")
    }

    private mutating func initializers(_ message: Descriptor) {
        if !message.fields.isEmpty { line() }
        line("public init() {}")
        guard !message.fields.isEmpty else { return }
        line()
        list(
            "public init(", message.parts.map { "\($0.propertyName): \($0.type) = \($0.defaultValue)" }, ") {")
        for part in message.parts { line("    self.\(part.propertyName) = \(part.propertyName)") }
        line("}")
    }

    private mutating func copying(_ message: Descriptor) {
        line()
        block("public init(copying message: UnsafeRawPointer) throws(MessageError)") { text in
            guard !message.fields.isEmpty else { return }
            text.line("let source = message.assumingMemoryBound(to: \(CName.type(message.fullName)).self)")
            for part in message.parts {
                switch part {
                case .field(let field): text.assign("self.\(part.propertyName)", FieldText(field: field).read)
                case .oneof(let oneof): text.copying(oneof)
                }
            }
        }
    }

    private mutating func building(_ message: Descriptor) {
        line()
        block("public func build(in arena: Arena) throws(MessageError) -> UnsafeMutableRawPointer") { text in
            text.line("let target = try arena.allocate(\(CName.type(message.fullName)).self)")
            text.line("\(CName.initializer(message.fullName))(target)")
            for part in message.parts {
                switch part {
                case .field(let field): text.building(FieldText(field: field))
                case .oneof(let oneof): text.building(oneof)
                }
            }
            text.line("return UnsafeMutableRawPointer(target)")
        }
    }

    private mutating func building(_ field: FieldText) {
        var lines = field.write("self.\(field.name)")
        if let fill = field.entryFill {
            lines[lines.count - 1] += " { \(fill.head)"
            lines += fill.lines.map { "    " + $0 } + ["}"]
        } else if field.type == "String" {
            lines = ["try arena.set(&target.pointee.\(field.field.name), self.\(field.name), \"\(field.field.name)\")"]
        }
        lines.forEach { line($0) }
    }

    /// Printing and dumping go through the mirror, also from a message around this one.
    private mutating func mirror(_ message: Descriptor) {
        line()
        line("/// Without secrets: what is printed may end in a log.")
        block("public var customMirror: Mirror") { text in
            let children = message.fields.map { field in
                let name = FieldText(field: field).name
                return "\"\(field.name)\": \(field.isSecret ? "\"hidden\"" : "self.\(name)") as Any"
            }
            text.list("Mirror(self, children: [", children, "], displayStyle: .struct)")
        }
    }

    private mutating func fingerprint(_ message: Descriptor) {
        line()
        block("public var fingerprinted: \(message.name)") { text in
            text.line("var copy = self")
            for field in message.fields where ["request_id", "validate_only", "consent"].contains(field.name) {
                let part = FieldText(field: field)
                text.line("copy.\(part.name) = \(part.defaultValue)")
            }
            text.line("return copy")
        }
    }
}
