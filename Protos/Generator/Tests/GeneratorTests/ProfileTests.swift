import Foundation
import SwiftProtobuf
import SwiftProtobufPluginLibrary
import Testing

@testable import protoc_gen_holdpoint

/// Every rule of the profile, by a file that breaks it. protoc reads the files, so it must be installed.
@Suite struct ProfileTests {
    @Test(arguments: [
        ("message A { optional string x = 1; }", "no `optional`"),
        ("message A { B b = 1; } message B { repeated A a = 1; }", "no recursive messages"),
        (
            "import \"google/protobuf/any.proto\"; message A { google.protobuf.Any b = 1; }",
            "only Timestamp and FieldMask"
        ),
        ("message A { map<string, int32> b = 1; }", "only map<string, string>"),
        ("enum E { E_UNSPECIFIED = 0; }", "inside its message"),
        ("message A { enum E { X = 0; } }", "called …_UNSPECIFIED"),
        ("message A { enum E { E_UNSPECIFIED = 0; OTHER_UNSPECIFIED = 1; } }", "called …_UNSPECIFIED"),
        ("message A { enum E { E_UNSPECIFIED = 0; N = -1; } }", "no negative numbers"),
        ("message A { enum E { option allow_alias = true; E_UNSPECIFIED = 0; B = 1; C = 1; } }", "no aliases"),
        ("message AEntry {}", "map entries"),
        ("message A { message B {} }", "do not nest"),
        ("message String {}", "Swift has a type"),
        ("message A { string x = 2048; }", "end at 2047"),
        ("message A { string class = 1; }", "C or C++"),
        ("message A { string base = 1; }", "C or C++"),
        ("message A { string sizeBytes = 1; }", "lower_snake_case"),
        ("message A { string x = 1 [json_name = \"y\"]; }", "no `json_name`"),
        ("message A { repeated int32 x = 1 [packed = false]; }", "no `packed`"),
        ("message A { enum Kind { KIND_UNSPECIFIED = 0; } oneof kind { string x = 1; } }", "one name"),
        ("message DoRequest { bytes request_id = 1; }", "is a string"),
        ("message DoRequest { string request_id = 1; bool consent = 2; }", "is a holdpoint.v1.Consent"),
        ("message A {} service Thing { rpc F(A) returns (A); }", "end in Service"),
        ("message A {} service AService { rpc F(A) returns (A); }", "must be allowed"),
        (method("option (holdpoint.rpc.v1.role) = \"root\";"), "must be allowed"),
        (method("\(viewer) option (holdpoint.rpc.v1.natural_end) = true;"), "an option of streams"),
        (method("\(viewer) option (holdpoint.rpc.v1.consent) = \"always\";"), "no field for the consent"),
        (method("\(viewer) option (holdpoint.rpc.v1.consent) = \"size\";", "int32 size = 2;"), "an enum's value"),
        (method("\(viewer) option (holdpoint.rpc.v1.consent) = \"absent\";", "bool all = 2;"), "an enum's value"),
    ])
    func refuses(declarations: String, reason: String) throws {
        let files = try parse("syntax = \"proto3\"; package holdpoint.v1;" + declarations)
        let error = #expect(throws: ProfileError.self) { try Profile.check(files) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func refusesProto2() throws {
        let files = try parse("syntax = \"proto2\"; package holdpoint.v1; message A {}")
        #expect(throws: ProfileError.self) { try Profile.check(files) }
    }

    @Test func refusesMoreFieldsThanTheGuardCounts() throws {
        let fields = (1...129).map { "string f\($0) = \($0);" }.joined()
        let files = try parse("syntax = \"proto3\"; package holdpoint.v1; message A {\(fields)}")
        #expect(throws: ProfileError.self) { try Profile.check(files) }
    }

    @Test func acceptsTheRest() throws {
        let files = try parse(
            """
            syntax = "proto3"; package holdpoint.v1; import "google/protobuf/timestamp.proto";
            import "holdpoint/rpc/v1/options.proto";
            message A {
              enum State { STATE_UNSPECIFIED = 0; IN_USE = 1; }
              oneof pick { string x = 1; bytes y = 2; B z = 3; State state = 4; }
              repeated State states = 5; map<string, string> labels = 6; google.protobuf.Timestamp time = 7;
              repeated bool flags = 8; repeated bytes blobs = 9; sint64 delta = 10; float ratio = 11;
            }
            message B {}
            service AService {
              rpc Get(A) returns (B) { \(Self.viewer) }
              rpc Watch(A) returns (stream B) { \(Self.viewer) option (holdpoint.rpc.v1.natural_end) = true; }
              rpc Put(stream A) returns (B) { \(Self.viewer) option (holdpoint.rpc.v1.natural_end) = true; }
              rpc Exchange(stream A) returns (stream B) { \(Self.viewer) option (holdpoint.rpc.v1.open) = true; }
            }
            """)
        try Profile.check(files)
    }

    private static let viewer = "option (holdpoint.rpc.v1.role) = \"viewer\";"

    /// A method with these options, whose request has the field for consent if it has others besides.
    private static func method(_ options: String, _ fields: String = "") -> String {
        """
        import "holdpoint/rpc/v1/options.proto"; import "holdpoint/v1/common.proto";
        message A { \(fields.isEmpty ? "" : "Consent consent = 1;") \(fields) }
        service AService { rpc F(A) returns (A) { \(options) } }
        """
    }

    /// The folder with the API's own .proto files.
    private var protos: String {
        URL(filePath: #filePath).appending(path: "../../../..").standardized.path(percentEncoded: false)
    }

    /// protoc turns the file into descriptors, as it does for the plugin.
    private func parse(_ text: String) throws -> [FileDescriptor] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "holdpoint-profile-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(text.utf8).write(to: folder.appending(path: "test.proto"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.currentDirectoryURL = folder
        process.arguments = [
            "protoc", "-I.", "-I\(protos)", "--include_imports", "--descriptor_set_out=out.pb", "test.proto",
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let bytes = try Data(contentsOf: folder.appending(path: "out.pb"))
        var options = SimpleExtensionMap()
        for option in MethodOptions.all { options.insert(option) }
        let set = try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes, extensions: options)
        return DescriptorSet(proto: set).files.filter(\.describesAPI)
    }
}

@Suite struct NameTests {
    @Test(arguments: [
        ("id", "id"), ("ids", "ids"), ("server_id", "serverID"), ("member_ids", "memberIDs"), ("uri", "uri"),
        ("source_snapshot_id", "sourceSnapshotID"), ("id_count", "idCount"), ("size_bytes", "sizeBytes"),
        ("in", "`in`"),
    ])
    func properties(name: String, property: String) {
        #expect(SwiftName.property(name) == property)
    }

    @Test(arguments: [
        ("IN_USE", "inUse"), ("STATE_UNSPECIFIED", "unspecified"), ("OK", "ok"), ("INTERNAL", "`internal`"),
    ])
    func cases(name: String, swift: String) {
        #expect(SwiftName.enumCase(name) == swift)
    }

    @Test(arguments: [
        ("holdpoint.v1.NBDExport", "holdpoint__v1__nbdexport__init"),
        ("holdpoint.v1.VolumeSnapshot", "holdpoint__v1__volume_snapshot__init"),
        ("holdpoint.v1.Volume.LabelsEntry", "holdpoint__v1__volume__labels_entry__init"),
    ])
    func initializers(fullName: String, initializer: String) {
        #expect(CName.initializer(fullName) == initializer)
    }
}
