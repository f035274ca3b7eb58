import SwiftProtobufPluginLibrary

extension SourceText {
    mutating func enumeration(_ type: EnumDescriptor) {
        let values = type.values
        documentation(of: type, named: type.fullName, fallback: "`\(type.fullName)`.")
        block("public enum \(type.name): ProtobufEnum") { text in
            for value in values {
                text.documentation(of: value, named: value.fullName)
                text.line("case \(value.caseName)")
            }
            text.line("/// A number that this version does not declare.")
            text.line("case unrecognized(Int32)")
            text.line()
            text.line("/// The declared values, in the order of the .proto file.")
            text.list("public static let allCases: [\(type.name)] = [", values.map { ".\($0.caseName)" }, "]")
            text.line()
            text.block("public init(rawValue: Int32)") { $0.fromNumber(values) }
            text.line()
            text.block("public var rawValue: Int32") { $0.toNumber(values) }
            text.line()
            text.block("public var name: String") { $0.toName(values) }
        }
        line()
    }

    private mutating func fromNumber(_ values: [EnumValueDescriptor]) {
        choice("switch rawValue") { text in
            for value in values { text.line("case \(value.number): self = .\(value.caseName)") }
            text.line("default: self = .unrecognized(rawValue)")
        }
    }

    private mutating func toNumber(_ values: [EnumValueDescriptor]) {
        choice("switch self") { text in
            for value in values { text.line("case .\(value.caseName): \(value.number)") }
            text.line("case .unrecognized(let number): number")
        }
    }

    private mutating func toName(_ values: [EnumValueDescriptor]) {
        choice("switch self") { text in
            for value in values { text.line("case .\(value.caseName): \"\(value.name)\"") }
            text.line("case .unrecognized(let number): String(number)")
        }
    }
}

extension EnumValueDescriptor {
    fileprivate var caseName: String { SwiftName.enumCase(name) }
}
