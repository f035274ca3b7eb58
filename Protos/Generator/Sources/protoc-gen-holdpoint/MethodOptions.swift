import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The options that a method can have: `holdpoint/rpc/v1/options.proto`.
enum MethodOptions {
    static let file = "holdpoint/rpc/v1/options.proto"
    /// What that file imports.
    static let importedFile = "google/protobuf/descriptor.proto"

    typealias Flag = MessageExtension<OptionalExtensionField<ProtobufBool>, Google_Protobuf_MethodOptions>
    typealias Text = MessageExtension<OptionalExtensionField<ProtobufString>, Google_Protobuf_MethodOptions>

    static let naturalEnd = Flag(_protobuf_fieldNumber: 52001, fieldName: "holdpoint.rpc.v1.natural_end")
    static let role = Text(_protobuf_fieldNumber: 52002, fieldName: "holdpoint.rpc.v1.role")
    static let open = Flag(_protobuf_fieldNumber: 52003, fieldName: "holdpoint.rpc.v1.open")
    static let consent = Text(_protobuf_fieldNumber: 52004, fieldName: "holdpoint.rpc.v1.consent")

    static let all: [any AnyMessageExtension] = [naturalEnd, role, open, consent]
    static let roles: Set<String> = ["viewer", "operator", "admin"]
}

extension MethodDescriptor {
    var hasNaturalEnd: Bool { options.getExtensionValue(ext: MethodOptions.naturalEnd) ?? false }
    var isOpen: Bool { options.getExtensionValue(ext: MethodOptions.open) ?? false }
    /// Empty: it has none.
    var role: String { options.getExtensionValue(ext: MethodOptions.role) ?? "" }
    /// Empty: it never needs consent.
    var consent: String { options.getExtensionValue(ext: MethodOptions.consent) ?? "" }

    /// Whether requests or responses are streams.
    var isStream: Bool { clientStreaming || serverStreaming }

    /// The Swift condition over a request, `self`, for which it needs consent.
    var consentCondition: String {
        let parts = consent.split(separator: "=").map(String.init)
        switch parts.count {
        case 0: return "false"
        case 1: return consent == "always" ? "true" : "self.\(SwiftName.property(parts[0]))"
        default: return "self.\(SwiftName.property(parts[0])) == .\(SwiftName.enumCase(parts[1]))"
        }
    }

    var optionsText: String {
        var parts = ["role: .\(role)"]
        if isOpen { parts.append("isOpen: true") }
        if hasNaturalEnd { parts.append("hasNaturalEnd: true") }
        return "MethodOptions(\(parts.joined(separator: ", ")))"
    }
}

extension FileDescriptor {
    /// Whether it describes the API itself: then code is generated from it.
    var describesAPI: Bool { name != MethodOptions.file && name != MethodOptions.importedFile }
}
