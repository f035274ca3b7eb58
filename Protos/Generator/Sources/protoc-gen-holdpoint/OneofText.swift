import SwiftProtobufPluginLibrary

extension SourceText {
    /// The nested enum with a case for each member.
    mutating func oneof(_ oneof: OneofDescriptor) {
        documentation(of: oneof, named: oneof.fullName, fallback: "`\(oneof.fullName)`: at most one of these.")
        block("public enum \(SwiftName.type(oneof.name)): Sendable, Hashable") { text in
            for field in oneof.fields {
                let part = FieldText(field: field)
                text.documentation(of: field, named: field.fullName)
                text.line("case \(part.name)(\(part.elementType))")
            }
        }
        line()
    }

    mutating func copying(_ oneof: OneofDescriptor) {
        choice("switch source.pointee.\(oneof.name)_case.rawValue") { text in
            for field in oneof.fields {
                let part = FieldText(field: field)
                let property = "self.\(SwiftName.property(oneof.name))"
                text.line("case \(field.number):")
                if field.type == .message {
                    text.line("    let value: \(part.elementType)? = \(part.read)")
                    text.line("    \(property) = value.map { .\(part.name)($0) }")
                } else {
                    text.line("    \(property) = .\(part.name)(\(part.read))")
                }
            }
            text.line("default: break")
        }
    }

    mutating func building(_ oneof: OneofDescriptor) {
        choice("switch self.\(SwiftName.property(oneof.name))") { text in
            for field in oneof.fields {
                let part = FieldText(field: field)
                text.line("case .\(part.name)(let value):")
                text.line("    target.pointee.\(oneof.name)_case = .init(rawValue: \(field.number))")
                for statement in part.write("value") { text.line("    \(statement)") }
            }
            text.line("case nil: break")
        }
    }
}
