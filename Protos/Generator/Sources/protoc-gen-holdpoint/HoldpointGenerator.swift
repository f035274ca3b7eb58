import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The protoc plugin: value types, service protocols, clients, the API's table and the file descriptors.
/// Paths of its output are relative to `Sources`.
@main
struct HoldpointGenerator: CodeGenerator {
    var supportedFeatures: [Google_Protobuf_Compiler_CodeGeneratorResponse.Feature] {
        [.proto3Optional]  // Announced so that the profile check can refuse it by name.
    }

    var customOptionExtensions: [any AnyMessageExtension] { MethodOptions.all }

    func generate(
        files: [FileDescriptor], parameter: any CodeGeneratorParameter,
        protoCompilerContext: any ProtoCompilerContext, generatorOutputs: any GeneratorOutputs
    ) throws {
        let ordered = importOrder(files)
        let api = ordered.filter(\.describesAPI)
        try Profile.check(api)
        guard parameter.parameter != Self.servicesOnly else { return try addServices(files, to: generatorOutputs) }
        for file in api {
            try add(messagesText(file), as: "\(file.folder)/\(file.swiftName)Messages.swift", to: generatorOutputs)
            for service in file.services {
                try add(serviceText(service), as: "\(file.folder)/\(service.name).swift", to: generatorOutputs)
            }
        }
        try addTables(api, describedBy: ordered, to: generatorOutputs)
    }

    /// The parameter for which only services are written, flat: for .proto files of tests with the API's messages.
    private static let servicesOnly = "services"

    private func addServices(_ files: [FileDescriptor], to outputs: any GeneratorOutputs) throws {
        for service in files.flatMap(\.services) {
            try add(
                serviceText(service, imports: ["HoldpointMessages"]), as: "\(service.name).swift", to: outputs)
        }
    }

    /// What only one file can hold: written once all of the API is in one run.
    private func addTables(
        _ api: [FileDescriptor], describedBy files: [FileDescriptor], to outputs: any GeneratorOutputs
    ) throws {
        guard api.contains(where: { !$0.services.isEmpty }) else { return }
        try add(apiTableText(api), as: "HoldpointMessages/Generated/HoldpointAPI.swift", to: outputs)
        try add(fileDescriptorsHeader(), as: "CMessages/include/file_descriptors.h", to: outputs)
        try add(fileDescriptorsText(files), as: "CMessages/file_descriptors.c", to: outputs)
    }

    private func add(_ text: SourceText, as path: String, to outputs: any GeneratorOutputs) throws {
        guard !text.isEmpty else { return }
        try outputs.add(fileName: path, contents: text.text)
    }

    /// The files and what they import, each after those that it imports.
    private func importOrder(_ files: [FileDescriptor]) -> [FileDescriptor] {
        var ordered: [FileDescriptor] = []
        func visit(_ file: FileDescriptor) {
            guard !ordered.contains(where: { $0.name == file.name }) else { return }
            file.dependencies.sorted { $0.name < $1.name }.forEach(visit)
            ordered.append(file)
        }
        files.sorted { $0.name < $1.name }.forEach(visit)
        return ordered
    }
}
