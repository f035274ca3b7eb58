import Testing

/// The rules find what they are for.
@Suite struct RuleTests {
    private static let manifest = """
        let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
        targets: [
            .systemLibrary(name: "CProtobufC"),
            .target(name: "Model", swiftSettings: swift),
            .target(
                name: "Store",
                dependencies: ["Model", .product(name: "GRDB", package: "GRDB.swift"), logging], swiftSettings: swift),
            .executableTarget(name: "holdpoint", dependencies: ["Store"], path: "Clients/holdpoint/Main"),
            .testTarget(name: "StoreTests", dependencies: ["Store"]),
        ]
        """

    @Test func theManifestIsRead() throws {
        let targets = try Manifest(Self.manifest).targets
        #expect(targets.map(\.name) == ["CProtobufC", "Model", "Store", "holdpoint", "StoreTests"])
        #expect(targets.map(\.path)[2...] == ["Sources/Store", "Clients/holdpoint/Main", "Tests/StoreTests"])
        #expect(targets[2].dependencies == ["Model", "GRDB", "Logging"])
    }

    @Test(arguments: [
        ("Sources/Store/A.swift", "internal import Manager", "no direct dependency"),
        ("Sources/Store/A.swift", "@testable import struct Manager.Call", "no direct dependency"),
        ("Sources/Model/A.swift", "import Foundation", "Model imports nothing"),
        ("Sources/Store/A.swift", "public import CMessages", "C structures"),
        ("Sources/Stray/A.swift", "", "belongs to no target"),
    ])
    func importsAreRefused(path: String, text: String, message: String) throws {
        let rules = ImportRules(manifest: try Manifest(Self.manifest))
        #expect(rules.violations(in: SourceFile(path: path, text: text)).contains { $0.message.contains(message) })
    }

    @Test(arguments: [
        "import Model", "public import Logging", "internal import GRDB", "import Foundation", "// import X",
    ])
    func importsAreAccepted(text: String) throws {
        let rules = ImportRules(manifest: try Manifest(Self.manifest))
        #expect(rules.violations(in: SourceFile(path: "Sources/Store/A.swift", text: text)).isEmpty)
    }

    @Test(arguments: [
        (String(repeating: "a", count: 121), "121 characters"),
        ("let a = 1 ", "white space"),
        ("let path = \"/ho" + "me/someone\"", "one machine"),
        ("// FIX" + "ME: later", "do it now"),
        (String(repeating: "\n", count: 301), "301 lines"),
    ])
    func formIsRefused(text: String, message: String) {
        let file = SourceFile(path: "Sources/Model/A.swift", text: text)
        #expect(FormRules.violations(in: file).contains { $0.message.contains(message) })
        let generated = SourceFile(path: "Sources/HoldpointRPC/Generated/A.swift", text: text)
        #expect(FormRules.violations(in: generated).isEmpty)
    }

    @Test func formIsAccepted() {
        let text = String(repeating: "a", count: 120) + String(repeating: "\n", count: 300)
        #expect(FormRules.violations(in: SourceFile(path: "Sources/Model/A.swift", text: text)).isEmpty)
    }

    @Test(arguments: ["let a = try! b()", "let a = b as! Int", "fatalError(\"no\")", "  preconditionFailure()"])
    func trapsAreRefused(line: String) {
        #expect(SafetyRules.violations(in: SourceFile(path: "Sources/Model/A.swift", text: line)).count == 1)
    }

    @Test(arguments: ["let a = try b()", "let a = b as? Int", "// never try! this", "let isFatal = fatalErrors(1)"])
    func plainCodeIsAccepted(line: String) {
        #expect(SafetyRules.violations(in: SourceFile(path: "Sources/Model/A.swift", text: line)).isEmpty)
    }

    @Test(arguments: [
        ("Tests/A/ATests.swift", "struct A {}"), ("Tests/A/Support.swift", "  @Test func a() {}"),
        ("Tests/A/test_a.py", "import unittest"),
    ])
    func testFilesAreRefused(path: String, text: String) {
        #expect(TestFileRules.violations(in: SourceFile(path: path, text: text)).count == 1)
    }
}
