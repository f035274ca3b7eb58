import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The options that a method can have: `holdpoint/rpc/v1/options.proto`.
enum MethodOptions {
    static let file = "holdpoint/rpc/v1/options.proto"
    /// What that file imports.
    static let importedFile = "google/protobuf/descriptor.proto"

    typealias Flag = MessageExtension<OptionalExtensionField<ProtobufBool>, Google_Protobuf_MethodOptions>

    static let naturalEnd = Flag(_protobuf_fieldNumber: 52001, fieldName: "holdpoint.rpc.v1.natural_end")
}

extension MethodDescriptor {
    var hasNaturalEnd: Bool { options.getExtensionValue(ext: MethodOptions.naturalEnd) ?? false }
}

extension FileDescriptor {
    /// Whether it describes the API itself: then code is generated from it.
    var describesAPI: Bool { name != MethodOptions.file && name != MethodOptions.importedFile }
}
