import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The table of all services, for introspection and for calls by name.
func apiTableText(_ files: [FileDescriptor]) -> SourceText {
    var text = SourceText(marked: ())
    text.line("import CMessages")
    text.line("public import HoldpointRPC")
    text.line("public import ProtobufC")
    text.line()
    text.line("/// All of the API as data.")
    text.block("public enum HoldpointAPI") { text in
        text.line("/// Every service, in alphabetical order.")
        text.list("public static let services: [ServiceInfo] = [", services(files), "]")
        text.line()
        text.line("/// Every message, Google's included, file by file.")
        let messages = files.flatMap(\.messages).map { "\($0.name).self" }
        text.list("public static let messages: [any ProtobufMessage.Type] = [", messages, "]")
        text.line()
        text.line("/// Serialized `google.protobuf.FileDescriptorProto`s, each after those that it imports.")
        text.line("public static let fileDescriptors = (0..<holdpoint_file_descriptor_count()).map(fileDescriptor)")
        text.line()
        text.line("/// Safe: the bytes are a C constant of that length.")
        text.block("private static func fileDescriptor(_ index: Int) -> [UInt8]") {
            $0.line("var byteCount = 0")
            $0.line("let bytes = holdpoint_file_descriptor(index, &byteCount)")
            $0.line("return Array(UnsafeBufferPointer(start: bytes, count: byteCount))")
        }
    }
    return text
}

private func services(_ files: [FileDescriptor]) -> [String] {
    files.flatMap(\.services).sorted { $0.fullName < $1.fullName }.map { service in
        """
        ServiceInfo(
                    name: "\(service.fullName)",
                    methods: [
        \(service.methods.map(methodInfo).joined(separator: "\n"))
                    ])
        """
    }
}

private func methodInfo(_ method: MethodDescriptor) -> String {
    """
                    MethodInfo(
                        name: "\(method.name)", request: \(method.inputType.name).descriptor,
                        response: \(method.outputType.name).descriptor, clientStreaming: \(method.clientStreaming),
                        serverStreaming: \(method.serverStreaming), options: \(method.optionsText)),
    """
}

func fileDescriptorsHeader() -> SourceText {
    var text = SourceText(marked: ())
    text.line("#ifndef HOLDPOINT_FILE_DESCRIPTORS_H")
    text.line("#define HOLDPOINT_FILE_DESCRIPTORS_H")
    text.line()
    text.line("#include <stddef.h>")
    text.line("#include <stdint.h>")
    text.line()
    text.line("size_t holdpoint_file_descriptor_count(void);")
    text.line("/* A serialized FileDescriptorProto; NULL and 0 beyond the last. */")
    text.line("const uint8_t *holdpoint_file_descriptor(size_t index, size_t *byte_count);")
    text.line()
    text.line("#endif")
    return text
}

/// Every file descriptor as a C array: Swift's type checker is slow on large literals.
func fileDescriptorsText(_ files: [FileDescriptor]) throws -> SourceText {
    var text = SourceText(marked: ())
    text.line("#include \"file_descriptors.h\"")
    for (index, file) in files.enumerated() {
        let bytes: [UInt8] = try file.extractProto().serializedBytes()
        text.line()
        text.line("/* \(file.name) */")
        text.line("static const uint8_t file_\(index)[] = {")
        for start in stride(from: 0, to: bytes.count, by: 24) {
            text.line("    " + bytes[start..<min(start + 24, bytes.count)].map { "\($0)," }.joined(separator: " "))
        }
        text.line("};")
    }
    text.line()
    text.line("static const struct { const uint8_t *bytes; size_t byte_count; } files[] = {")
    for index in files.indices { text.line("    { file_\(index), sizeof file_\(index) },") }
    text.line("};")
    text.accessors()
    return text
}

extension SourceText {
    fileprivate mutating func accessors() {
        line()
        line("size_t holdpoint_file_descriptor_count(void)")
        line("{")
        line("    return sizeof files / sizeof files[0];")
        line("}")
        line()
        line("const uint8_t *holdpoint_file_descriptor(size_t index, size_t *byte_count)")
        line("{")
        line("    if (index >= holdpoint_file_descriptor_count()) {")
        line("        *byte_count = 0;")
        line("        return NULL;")
        line("    }")
        line("    *byte_count = files[index].byte_count;")
        line("    return files[index].bytes;")
        line("}")
    }
}
