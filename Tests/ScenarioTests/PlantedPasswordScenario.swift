import Foundation
import Synchronization
import Testing

@Suite struct PlantedPasswordScenario {
    /// A password that was set, used rightly and wrongly is found in no file of the server, in no log and on no command
    /// line.
    @Test func aPasswordIsFoundNowhere() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let old = try await plant(in: directory)
        let state = directory.path + "/state"
        let found = { (text: String) in try Self.files(below: state, containing: text) }
        // Without these the search below would prove nothing.
        #expect(try found("data-2").contains { $0.hasPrefix("metadata.sqlite") })
        #expect(try found("$scrypt$ln=15,r=8,p=3$").contains { $0.hasPrefix("metadata.sqlite") })
        for secret in [Self.planted, Self.guess, old] {
            #expect(try found(secret) == [])
            #expect(try found(Data(secret.utf8).base64EncodedString()) == [])
            let log = try String(contentsOfFile: directory.path + "/log", encoding: .utf8)
            #expect(!log.isEmpty && !log.contains(secret))
        }
        #expect(try Self.files(below: directory.path, containing: Self.planted) == ["planted"])
    }

    private static let planted = "planted-\(UUID().uuidString)"
    private static let guess = "guessed-\(UUID().uuidString)"

    /// Sets the planted password and uses it, all by the command.
    ///
    /// - Returns: the password that the first start made.
    private func plant(in directory: TemporaryDirectory) async throws -> String {
        let (plantedFile, guessFile) = (directory.path + "/planted", directory.path + "/guess")
        for (file, secret) in [(plantedFile, Self.planted), (guessFile, Self.guess)] {
            #expect(
                FileManager.default.createFile(
                    atPath: file, contents: Data((secret + "\n").utf8), attributes: [.posixPermissions: 0o600]))
        }
        let daemon = try DaemonProcess(directory.path, logLevel: "debug")
        defer { daemon.end() }
        try await daemon.untilListening()
        let old = try daemon.password()
        let command = WatchedCommand(socket: daemon.socket, secrets: [Self.planted, Self.guess, old])
        let consent = { (file: String) in ["--yes", "--password-file", file] }
        let oldFile = daemon.state + "/admin.password"
        #expect(
            try await command.run(["user", "password"] + consent(oldFile) + ["--new-password-file", plantedFile]) == 0)
        #expect(try await command.run(["volume", "create", "data-1", "--size", "8MiB"]) == 0)
        #expect(try await command.run(["snapshot", "create", "before", "--volume", "data-1"]) == 0)
        #expect(try await command.run(["snapshot", "delete", "before"] + consent(guessFile)) == 5)
        #expect(try await command.run(["snapshot", "delete", "before"] + consent(plantedFile)) == 0)
        #expect(try await command.run(["volume", "delete", "data-1"] + consent(guessFile)) == 5)
        #expect(try await command.run(["volume", "delete", "data-1"] + consent(plantedFile)) == 0)
        #expect(try await command.run(["volume", "create", "data-2", "--size", "8MiB"]) == 0)
        try FileManager.default.removeItem(atPath: guessFile)
        return old
    }

    /// Names of the files below a folder with these bytes in them.
    private static func files(below folder: String, containing text: String) throws -> [String] {
        let needle = Data(text.utf8)
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return names.filter { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)")?.range(of: needle) != nil
        }
    }
}

/// The real command, with an eye on all command lines while it runs.
private struct WatchedCommand {
    let socket: String
    let secrets: [String]

    /// - Returns: its exit code.
    func run(_ arguments: [String]) async throws -> Int32 {
        let (code, complaint, leaks, isWatching) = try await withCheckedThrowingContinuation { continuation in
            // Waiting for a process would hold one of the few threads that all tests share.
            Thread.detachNewThread { continuation.resume(with: Result { try watch(arguments) }) }
        }
        #expect(leaks == [], "secrets on the command lines of these")
        #expect(isWatching, "not even the server's own command line was seen")
        if code != 0 { print("holdpoint \(arguments.prefix(3).joined(separator: " ")): \(code): \(complaint)") }
        return code
    }

    private func watch(_ arguments: [String]) throws -> (Int32, complaint: String, leaks: [String], Bool) {
        let complaints = socket + ".complaints"
        let process = try Program(
            "holdpoint", arguments, environment: ["HOLDPOINT_ENDPOINT=unix:\(socket)", "HOME=/nonexistent"],
            complaints: complaints)
        var (leaks, isWatching) = ([String](), false)
        while process.isRunning {
            let lines = Self.commandLines()
            leaks += lines.filter { line in secrets.contains { line.contains($0) } }
            isWatching = isWatching || lines.contains { $0.contains(socket) }
            Thread.sleep(forTimeInterval: 0.001)
        }
        let complaint = try String(contentsOfFile: complaints, encoding: .utf8)
        return (process.waitUntilExit(), complaint, leaks, isWatching)
    }

    private static func commandLines() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { Int($0) != nil }.compactMap { name in
            FileManager.default.contents(atPath: "/proc/\(name)/cmdline").map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
