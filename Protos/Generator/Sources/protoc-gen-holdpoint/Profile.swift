import SwiftProtobufPluginLibrary

/// Why a .proto file cannot be used.
struct ProfileError: Error, CustomStringConvertible {
    let description: String

    init(_ place: String, _ reason: String) {
        description = "\(place): \(reason)"
    }
}

/// What the protocol allows in .proto files: "Profile of the .proto files" in the protocol's description.
enum Profile {
    static let wellKnownFiles: Set<String> = ["google/protobuf/timestamp.proto", "google/protobuf/field_mask.proto"]
    /// As in the run-time's `MessageLimits.declaredFieldCount`.
    private static let largestFieldCount = 128
    /// What fits a tag of two bytes.
    private static let largestFieldNumber = 2047
    private static let takenTypeNames: Set<String> = [
        "Any", "Array", "Bool", "Double", "Error", "Float", "Hashable", "Int32", "Int64", "Never", "Optional",
        "Result", "Self", "Sendable", "String", "Task", "Type", "UInt32", "UInt64", "UInt8", "Void",
    ]

    static func check(_ files: [FileDescriptor]) throws {
        for file in files { try check(file) }
        try checkNamesAreUnique(files.flatMap(\.messages))
    }

    private static func check(_ file: FileDescriptor) throws {
        try require(file.edition == .proto3, file.name, "only proto3")
        try require(
            !file.name.hasPrefix("google/") || wellKnownFiles.contains(file.name), file.name,
            "of Google's types only Timestamp and FieldMask")
        try require(file.enums.isEmpty, file.name, "an enum stands inside its message: Volume.State")
        try require(file.extensions.isEmpty, file.name, "no extensions")
        for message in file.messages { try check(message) }
        for service in file.services { try check(service) }
    }

    private static func check(_ message: Descriptor) throws {
        let name = message.fullName
        try require(!message.name.hasSuffix("Entry"), name, "names that end in Entry are those of map entries")
        try require(!takenTypeNames.contains(message.name), name, "Swift has a type of that name")
        try require(message.messages.allSatisfy(\.options.mapEntry), name, "messages do not nest")
        try require(message.messageExtensionRanges.isEmpty && message.extensions.isEmpty, name, "no extensions")
        try require(message.fields.count <= largestFieldCount, name, "more than \(largestFieldCount) fields")
        try checkRecursion(message, path: [])
        for field in message.fields { try check(field) }
        for part in message.enums { try check(part) }
        try checkPropertyNames(message)
        try checkMutation(message)
    }

    private static func checkRecursion(_ message: Descriptor, path: [String]) throws {
        try require(!path.contains(message.fullName), message.fullName, "contains itself; no recursive messages")
        for field in message.fields where field.type == .message {
            try checkRecursion(field.messageType, path: path + [message.fullName])
        }
    }

    private static func check(_ field: FieldDescriptor) throws {
        let name = field.fullName
        let isOptional = field.containingOneof != nil && field.realContainingOneof == nil
        try require(!isOptional, name, "no `optional`: use a message or a oneof with one member")
        try require(field.type != .group, name, "no groups")
        try require(field.number <= largestFieldNumber, name, "field numbers end at \(largestFieldNumber)")
        try require(isLowerSnake(field.name), name, "names of fields are lower_snake_case")
        try require(!CName.reservedFields.contains(field.name), name, "a word of C or C++")
        try require(!field.options.hasPacked, name, "no `packed` option")
        try require(field.jsonName == nil || field.jsonName == jsonName(field.name), name, "no `json_name`")
        if field.isMap, let pair = field.messageType.mapKeyAndValue {
            try require(pair.key.type == .string && pair.value.type == .string, name, "only map<string, string>")
        }
    }

    private static func check(_ type: EnumDescriptor) throws {
        let isStatusCode = type.fullName == "holdpoint.rpc.v1.Status.Code"
        try require(!takenTypeNames.contains(type.name), type.fullName, "Swift has a type of that name")
        try require(!type.options.allowAlias, type.fullName, "no aliases")
        for value in type.values {
            try require(value.number >= 0, value.fullName, "no negative numbers")
            try require(value.name != "UNRECOGNIZED", value.fullName, "generated enums have that case already")
            let isUnspecified = value.name.hasSuffix("_UNSPECIFIED")
            try require(
                isStatusCode || isUnspecified == (value.number == 0), value.fullName,
                "the zero, and only that, is called …_UNSPECIFIED")
        }
    }

    /// Two names of the file that become one in Swift.
    private static func checkPropertyNames(_ message: Descriptor) throws {
        var properties: Set<String> = ["descriptor", "fingerprinted"]
        for part in message.parts {
            let name = part.propertyName
            try require(properties.insert(name).inserted, message.fullName, "the name \(name) is taken")
        }
        var types = Set(message.enums.map(\.name))
        for oneof in message.oneofs {
            let name = SwiftName.type(oneof.name)
            try require(types.insert(name).inserted, message.fullName, "oneof and enum \(name) have one name")
        }
    }

    /// What makes a request a `MutationMessage`.
    private static func checkMutation(_ message: Descriptor) throws {
        let kinds = ["request_id": "string", "validate_only": "bool", "consent": "holdpoint.v1.Consent"]
        guard message.isMutation else { return }
        for field in message.fields {
            guard let kind = kinds[field.name] else { continue }
            try require(field.kindName == kind, field.fullName, "is a \(kind) in every request")
        }
    }

    private static func check(_ service: ServiceDescriptor) throws {
        try require(service.name.hasSuffix("Service"), service.fullName, "names of services end in Service")
        for method in service.methods {
            try require(
                method.isStream || !method.hasNaturalEnd, method.fullName,
                "natural_end is an option of streams: every other call has an end")
            try require(
                MethodOptions.roles.contains(method.role), method.fullName,
                "every method says what its callers must be allowed: option (holdpoint.rpc.v1.role)")
            try checkConsent(method)
        }
    }

    private static func checkConsent(_ method: MethodDescriptor) throws {
        let parts = method.consent.split(separator: "=").map(String.init)
        let fields = Dictionary(method.inputType.fields.map { ($0.name, $0) }) { first, _ in first }
        try require(
            parts.isEmpty || fields["consent"] != nil, method.fullName, "its request has no field for the consent")
        guard method.consent != "always", let name = parts.first else { return }
        let isThere = parts.count == 1 ? fields[name]?.type == .bool : fields[name]?.type == .enum
        try require(isThere && parts.count <= 2, method.fullName, "consent is \"always\", a bool, or an enum's value")
    }

    private static func checkNamesAreUnique(_ messages: [Descriptor]) throws {
        var names: Set<String> = []
        for message in messages {
            try require(names.insert(message.name).inserted, message.fullName, "another package has that name")
        }
    }

    private static func require(_ condition: Bool, _ place: String, _ reason: String) throws {
        guard condition else { throw ProfileError(place, reason) }
    }

    private static func isLowerSnake(_ name: String) -> Bool {
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        return words.allSatisfy { $0.first.map { ("a"..."z").contains($0) } ?? false }
            && name.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
            && !name.hasPrefix("n_") && !name.hasSuffix("_case")
    }

    private static func jsonName(_ name: String) -> String {
        let words = name.split(separator: "_").map(String.init)
        return (words.first ?? "") + words.dropFirst().map(SwiftName.capitalized).joined()
    }
}
