import ArgumentParser
import Glibc
import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct ArgumentTests {
    private func parsed<Command>(_ arguments: String..., as type: Command.Type = Command.self) throws -> Command {
        try #require(try Root.parseAsRoot(arguments) as? Command)
    }

    @Test func globalOptionsStandBeforeAndAfterTheVerbAndTheLaterWins() throws {
        let list: List<Volume> = try parsed(
            "--timeout", "5s", "-o", "json", "volume", "--quiet", "list", "-o", "name", "--verbose")
        #expect(list.globals.output == .name)
        #expect(list.globals.timeout == .seconds(5))
        #expect(list.globals.loudness == .verbose)
    }

    @Test func listsTakeTheirFilters() throws {
        let list: List<VolumeSnapshot> = try parsed(
            "snapshot", "list", "--volume", "data-1", "--server-snapshot", "before", "--filter", "state = AVAILABLE",
            "--order-by", "name desc", "--all")
        #expect(list.filters.volume == "data-1")
        #expect(list.filters.serverSnapshot == "before")
        #expect(list.options.count(in: .table) == nil)
        let short: List<Server> = try parsed("server", "list", "--limit", "3")
        #expect(short.options.count(in: .table) == 3 && short.options.count(in: .json) == 3)
        let plain: List<Server> = try parsed("server", "list")
        #expect(OutputFormat.allCases.map { plain.options.count(in: $0) } == [100, nil, nil, nil, nil])
    }

    @Test func createsTakeTheirOptions() throws {
        let volume: VolumeCreate = try parsed(
            "volume", "create", "data-1", "--size", "10GiB", "--attach", "web-1", "--label", "a=b", "--label", "c=d",
            "--description", "x", "--if-absent")
        #expect(volume.size == 10 << 30)
        #expect(volume.fields.notes.labels.dictionary == ["a": "b", "c": "d"])
        #expect(volume.globals.ifAbsent)
        let snapshot: ServerSnapshotCreate = try parsed(
            "server-snapshot", "create", "before", "--server", "web-1", "--require", "quiesced")
        #expect(snapshot.require?.grade == .quiesced)
        let server: ServerCreate = try parsed("server", "create", "web-1", "--kind", "external")
        #expect(server.kind == .external)
    }

    @Test func deletesTakeSeveralAndForceIsForServers() throws {
        let delete: Delete<Server> = try parsed(
            "server", "delete", "a", "b", "--force", "--yes", "--password-file", "-")
        #expect(delete.ids == ["a", "b"])
        #expect(delete.extras.plan.force && delete.consent.yes)
        #expect(throws: (any Error).self) { try Root.parseAsRoot(["volume", "delete", "a", "--force"]) }
    }

    @Test(arguments: [
        ["volume", "create", "data-1"],
        ["volume", "create", "x", "--snapshot", "a", "--server-snapshot", "b", "--volume", "c"],
        ["volume", "create", "x", "--server-snapshot", "b"],
        ["volume", "create", "x", "--size", "1MiB", "--volume", "c"],
        ["volume", "resize", "x"], ["volume", "delete"], ["volume", "update", "x"],
        ["volume", "list", "--all", "--limit", "1"],
        ["volume", "list", "--limit", "0"], ["volume", "delete", "a", "b", "--request-id", "x"], ["volume", "bogus"],
        ["volume", "list", "-o", "xml"], ["snapshot", "create", "x"], ["server", "create", "x", "--kind", "cloud"],
        ["volume", "list", "--password", "x"], ["watch", "--from", "-1"],
    ])
    func wrongUsageIsTwo(_ arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Root.parseAsRoot(arguments) }
        if let error { #expect(!Root.exitCode(for: error).isSuccess) }
    }

    @Test func protectionIsSetTakenAwayOrLeft() throws {
        let on: Update<Volume> = try parsed("volume", "update", "x", "--protect")
        let off: Update<Volume> = try parsed("volume", "update", "x", "--no-protect", "--name", "y")
        #expect((on.protect, off.protect) == (true, false))
    }

    @Test(arguments: CompletionShellName.allCases)
    func completionScriptsCanBeMade(_ shell: CompletionShellName) {
        #expect(Root.completionScript(for: shell.shell).contains("holdpoint"))
    }

    enum CompletionShellName: CaseIterable {
        case bash, zsh, fish

        var shell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }
}

@Suite struct SettingsTests {
    private func settings(
        _ arguments: [String] = [], environment: [String: String] = [:], profile: [String: String] = [:]
    ) throws -> Settings {
        let options = try GlobalOptions.parse(arguments)
        return try Settings(
            options: options, environment: environment, profile: profile, defaultEndpoint: "unix:/run/x.sock")
    }

    @Test func defaults() throws {
        let settings = try settings()
        #expect(settings.endpoint == .unix(path: "/run/x.sock"))
        #expect(settings.timeout == .seconds(60))
        #expect(settings.waitTimeout == nil && settings.waits && settings.output == .table)
    }

    @Test func theCommandLineBeatsTheEnvironmentAndThatTheProfile() throws {
        let environment = ["HOLDPOINT_OUTPUT": "json", "HOLDPOINT_PROJECT": "two", "HOLDPOINT_TIMEOUT": ""]
        let profile = ["output": "yaml", "project": "three", "timeout": "7s", "no-wait": "true", "quiet": "true"]
        let settings = try settings(["-o", "csv"], environment: environment, profile: profile)
        #expect(settings.output == .csv)
        #expect(settings.project == "two")
        #expect(settings.timeout == .seconds(7))
        #expect(!settings.waits)
        #expect(settings.loudness == .quiet)
    }

    @Test func whatIsMeantForOneCallIsNoVariable() throws {
        let environment = [
            "HOLDPOINT_REQUEST_ID": "x", "HOLDPOINT_DRY_RUN": "1", "HOLDPOINT_IF_ABSENT": "1",
            "HOLDPOINT_IGNORE_MISSING": "1", "HOLDPOINT_WAIT_BUSY": "1",
        ]
        let settings = try settings(environment: environment)
        #expect(settings.requestID == nil)
        #expect(!settings.dryRun && !settings.ifAbsent && !settings.ignoreMissing && !settings.waitsWhileBusy)
    }

    @Test(arguments: [
        ("HOLDPOINT_OUTPUT", "xml"), ("HOLDPOINT_TIMEOUT", "60"), ("HOLDPOINT_NO_WAIT", "maybe"),
        ("HOLDPOINT_ENDPOINT", "http://x"),
    ])
    func namesTheVariableThatIsWrong(_ name: String, _ value: String) {
        let error = #expect(throws: ValidationError.self) { try settings(environment: [name: value]) }
        #expect(error?.message.contains(name == "HOLDPOINT_ENDPOINT" ? value : name) == true)
    }

    @Test func tlsIsRefusedByName() {
        let error = #expect(throws: ValidationError.self) { try settings(["--endpoint", "tls://localhost:1"]) }
        #expect(error?.message.contains("TLS comes later") == true)
    }
}

@Suite struct ProfileTests {
    @Test func readsSets() throws {
        let text = """
            ---
            # mine
            default:
              output: json   # for scripts
              endpoint: "unix:/tmp/a b#c.sock"

            lab:
                token-file: '/etc/token'
                timeout: 5s
            """
        #expect(
            try ProfileReader.sets(text, path: "f") == [
                "default": ["output": "json", "endpoint": "unix:/tmp/a b#c.sock"],
                "lab": ["token-file": "/etc/token", "timeout": "5s"],
            ])
        #expect(try ProfileReader.sets("a:\r\n  output: name\r\n", path: "f") == ["a": ["output": "name"]])
    }

    @Test(arguments: [
        ("output: json", 1), ("a:\n  outputs: json", 2), ("  output: json", 1), ("a:\n  output", 2),
        ("a:\n  output:", 2),
        ("a:\n  output: [json]", 2), ("a:\n  output: json\n   quiet: true", 3),
        ("a:\n  output: json\n  output: name", 3),
        ("a:\nb:\na:", 3), ("a:\n  output: \"json", 2), ("a:\n  output:json", 2), ("a:\n  endpoint: \"a\\n\"", 2),
        ("a:\n  password: x", 2),
    ])
    func refusesWithTheLine(_ text: String, _ line: Int) {
        let error = #expect(throws: ValidationError.self) { try ProfileReader.sets(text, path: "f") }
        #expect(error?.message.hasPrefix("f: line \(line): ") == true)
    }

    @Test func mustBeNobodyElses() throws {
        let path = try temporaryFile("a:\n  output: json\n")
        defer { remove(path) }
        #expect(try Profile.load("a", path: path) == ["output": "json"])
        #expect(try Profile.load(nil, path: path) == [:])
        #expect(throws: ValidationError.self) { try Profile.load("b", path: path) }
        chmod(path, 0o644)
        let error = #expect(throws: ValidationError.self) { try Profile.load(nil, path: path) }
        #expect(error?.message.contains("chmod 600") == true)
    }

    @Test func needNotBeThere() throws {
        #expect(try Profile.load(nil, path: "/nonexistent/config.yaml") == [:])
        #expect(throws: ValidationError.self) { try Profile.load("lab", path: "/nonexistent/config.yaml") }
    }
}
