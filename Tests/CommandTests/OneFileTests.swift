import Foundation
import Testing

/// The command is copied to other machines as one file.
@Suite struct OneFileTests {
    @Test func needsNoLibrariesButLibc() throws {
        let libraries = try output("/usr/bin/ldd", [RealCommand.path]).split(separator: "\n").compactMap { line in
            line.split(separator: " ").first.map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let allowed = /linux-vdso\.so\.1|libc\.so\.6|libm\.so\.6|\/lib.*\/ld-linux.*\.so\.[0-9]/
        #expect(libraries.contains("libc.so.6"))
        #expect(libraries.filter { $0.wholeMatch(of: allowed) == nil } == [])
    }

    @Test func printsItsVersion() throws {
        #expect(try output(RealCommand.path, ["version"]).hasPrefix("holdpoint "))
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
