import Foundation
import HoldpointMessages
import HoldpointRPC
import ProtobufC
import Testing

/// Google's own implementation as the judge: `protoc --decode` reads our bytes, `protoc --encode` makes the same.
@Suite(.enabled(if: Protoc.isInstalled, "protoc is not installed"))
struct InteropTests {
    @Test(arguments: [1, 2] as [UInt64]) func protocMakesTheSameBytes(seed: UInt64) throws {
        for type in HoldpointAPI.messages {
            let bytes = try RandomMessage.make(type, seed: seed).serialized()
            let text = try Protoc.run("--decode=\(type.descriptor.name)", Data(bytes))
            let again = try Protoc.run("--encode=\(type.descriptor.name)", text, "--deterministic_output")
            #expect([UInt8](again) == bytes, "\(type) seed \(seed)")
        }
    }

    /// protobuf-c leaves out an empty value, Google's library writes it; both read both.
    @Test func emptyValuesOfMaps() throws {
        let volume = Volume(labels: ["key": "", "": "value"])
        let text = try Protoc.run("--decode=holdpoint.v1.Volume", Data(volume.serialized()))
        let again = try Protoc.run("--encode=holdpoint.v1.Volume", text)
        #expect(try Volume(serialized: [UInt8](again), from: .request) == volume)
    }

    @Test func readsWhatProtocWrites() throws {
        let text = """
            request_id: "r"
            volume {
              name: "n" labels { key: "k" value: "v" } state: IN_USE create_time { seconds: -5 nanos: 7 }
              size_bytes: 18446744073709551615
            }
            """
        let bytes = try Protoc.run("--encode=holdpoint.v1.CreateVolumeRequest", Data(text.utf8))
        let request = try CreateVolumeRequest(serialized: [UInt8](bytes), from: .request)
        let volume = Volume(
            name: "n", labels: ["k": "v"], state: .inUse, createTime: Timestamp(seconds: -5, nanos: 7), sizeBytes: .max)
        #expect(request == CreateVolumeRequest(requestID: "r", volume: volume))
    }
}

private enum Protoc {
    private static let protos = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Protos")

    static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/protoc" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    static var isInstalled: Bool { path != nil }

    /// Runs protoc over all .proto files; input and output are small enough for a pipe's buffer.
    static func run(_ action: String, _ input: Data, _ options: String...) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path ?? "")
        process.currentDirectoryURL = protos
        let files = ["rpc/v1/frame", "v1/event", "v1/admin", "v1/health", "v1/introspection", "v1/plan", "v1/access"]
        process.arguments = [action, "-I."] + options + files.map { "holdpoint/\($0).proto" }
        let (standardInput, standardOutput) = (Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: input)
        try standardInput.fileHandleForWriting.close()
        let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return output
    }
}
