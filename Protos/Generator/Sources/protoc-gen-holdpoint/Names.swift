import SwiftProtobufPluginLibrary

/// Swift names, from names in .proto files.
enum SwiftName {
    /// `source_snapshot_id` → `sourceSnapshotID`; a lone `id` stays.
    static func property(_ name: String) -> String {
        escaped(plainProperty(name))
    }

    static func plainProperty(_ name: String) -> String {
        let words = name.split(separator: "_").map(String.init)
        let rest = words.dropFirst().enumerated().map { index, word in
            index == words.count - 2 ? acronyms[word] ?? capitalized(word) : capitalized(word)
        }
        return (words.first ?? "") + rest.joined()
    }

    /// `IN_USE` → `inUse`; `STATE_UNSPECIFIED` → `unspecified`.
    static func enumCase(_ name: String) -> String {
        if name.hasSuffix("_UNSPECIFIED") { return "unspecified" }
        let words = name.lowercased().split(separator: "_").map(String.init)
        return escaped((words.first ?? "") + words.dropFirst().map(capitalized).joined())
    }

    /// `server_snapshot` → `ServerSnapshot`.
    static func type(_ name: String) -> String {
        name.split(separator: "_").map { capitalized(String($0)) }.joined()
    }

    /// `CreateVolume` → `createVolume`.
    static func method(_ name: String) -> String {
        escaped(name.prefix(1).lowercased() + name.dropFirst())
    }

    static func capitalized(_ word: String) -> String {
        word.prefix(1).uppercased() + word.dropFirst()
    }

    private static func escaped(_ name: String) -> String {
        keywords.contains(name) ? "`\(name)`" : name
    }

    private static let acronyms = ["id": "ID", "ids": "IDs", "uri": "URI"]

    private static let keywords: Set<String> = [
        "Any", "Self", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
        "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard",
        "if", "import", "in", "init", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup",
        "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct", "subscript",
        "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]
}

/// Names that protoc-c gives (its `FullNameToC`, `FullNameToLower` and `CamelToLower`).
enum CName {
    /// `holdpoint.v1.NBDExport` → `Holdpoint__V1__NBDExport`.
    static func type(_ fullName: String) -> String {
        fullName.split(separator: ".").map { SwiftName.type(String($0)) }.joined(separator: "__")
    }

    /// `holdpoint.v1.NBDExport` → `holdpoint__v1__nbdexport__init`.
    static func initializer(_ fullName: String) -> String {
        fullName.split(separator: ".").map { lower(String($0)) }.joined(separator: "__") + "__init"
    }

    private static func lower(_ camel: String) -> String {
        var result = ""
        var wasUpper = true
        for character in camel {
            if character.isUppercase && !wasUpper { result += "_" }
            wasUpper = character.isUppercase
            result += character.lowercased()
        }
        return result
    }

    /// What no field can be called: keywords of C and C++, which protoc-c renames, and the base class.
    static let reservedFields: Set<String> = [
        "alignas", "alignof", "and", "asm", "auto", "base", "bitand", "bitor", "bool", "break", "case", "catch",
        "char", "class", "compl", "const", "constexpr", "continue", "decltype", "default", "delete", "do", "double",
        "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline",
        "int", "long", "mutable", "namespace", "new", "noexcept", "not", "nullptr", "operator", "or", "private",
        "protected", "public", "register", "restrict", "return", "short", "signed", "sizeof", "static", "struct",
        "switch", "template", "this", "throw", "true", "try", "typedef", "typeid", "typename", "typeof", "union",
        "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor",
    ]
}

extension FileDescriptor {
    /// Whether HoldpointRPC holds the generated code; HoldpointMessages holds that of all other files.
    var belongsToRPC: Bool { package == "holdpoint.rpc.v1" }

    var folder: String { (belongsToRPC ? "HoldpointRPC" : "HoldpointMessages") + "/Generated" }

    /// `holdpoint/v1/server_snapshot.proto` → `ServerSnapshot`.
    var swiftName: String {
        let base = name.split(separator: "/").last.map(String.init) ?? name
        return SwiftName.type(base.split(separator: ".").first.map(String.init) ?? base)
    }
}

extension EnumDescriptor {
    /// `Volume.State`.
    var swiftName: String { containingTypeName + "." + name }

    private var containingTypeName: String {
        String(fullName.split(separator: ".").dropLast().last ?? "")
    }
}

extension Descriptor {
    /// The parts of the message in the order of the file; a oneof stands where its first member does.
    var parts: [MessagePart] {
        fields.sorted { $0.index < $1.index }.compactMap { field in
            guard let oneof = field.realContainingOneof else { return .field(field) }
            return oneof.fields.first === field ? .oneof(oneof) : nil
        }
    }
}

/// A property of a generated struct.
enum MessagePart {
    case field(FieldDescriptor)
    case oneof(OneofDescriptor)
}
