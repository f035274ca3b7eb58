import Foundation
import Testing

/// The command is copied to other machines as one file.
@Suite struct OneFileTests {
    @Test func needsNoLibrariesButLibc() throws {
        let libraries = try output("/usr/bin/ldd", [command]).split(separator: "\n").compactMap { line in
            line.split(separator: " ").first.map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let allowed = /linux-vdso\.so\.1|libc\.so\.6|libm\.so\.6|\/lib.*\/ld-linux.*\.so\.[0-9]/
        #expect(libraries.contains("libc.so.6"))
        #expect(libraries.filter { $0.wholeMatch(of: allowed) == nil } == [])
    }

    @Test func printsItsVersion() throws {
        #expect(try output(command, ["version"]).hasPrefix("holdpoint "))
    }

    /// Beside the tests, in whatever configuration they were built.
    private var command: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("holdpoint")
            .path
    }

    private func output(_ program: String, _ arguments: [String]) throws -> String {
        let process = Foundation.Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }
}
